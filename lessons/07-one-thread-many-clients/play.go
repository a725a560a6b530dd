package main

import (
	"flag"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"fdlab/lab/experiment"
)

// keys are what a person may do to the experiment.
var keys = []experiment.Key{
	{Rune: 'c', Text: "a client says hello"},
	{Rune: 's', Text: "switch the sleep on or off"},
	{Rune: 'b', Text: "one sends 1 MiB"},
	{Rune: 'e', Text: "one sends escape sequences"},
	{Rune: 'x', Text: "one resets"},
}

// visitors counts the clients that a person has brought.
var visitors atomic.Int64

func offer(x *experiment.X, l *listener) {
	comes := func(text string, leave func(*experiment.Client)) func() {
		return func() {
			c := x.DialByHand(fmt.Sprint("yours ", visitors.Add(1)), l.Addr)
			if c == nil {
				return
			}
			c.Connected()
			c.Say(text)
			x.Note("you: %s connects and says %.20q", c.Name, text)
			leave(c)
			go hear(x, c)
		}
	}
	x.Poke('s', func() {
		l.byHand.Store(true)
		on := !l.sleeps.Load()
		l.sleeps.Store(on)
		x.Note("you: the sleep in the accept callback: %s", map[bool]string{true: "on, " + experiment.Brief(nap), false: "off"}[on])
	})
	x.Poke('c', comes("hello\n", (*experiment.Client).Finish))
	x.Poke('e', comes(escapes, (*experiment.Client).Finish))
	x.Poke('b', comes(strings.Repeat("0123456789abcde\n", 1<<16), func(c *experiment.Client) {
		c.Deaf(true) // it reads late, so the kernel has no room for the answer
		time.AfterFunc(moment, func() { c.Deaf(false) })
		c.Finish()
	}))
	x.Poke('x', comes("bye\n", func(c *experiment.Client) {
		time.AfterFunc(moment, c.Reset)
	}))
}

// hear says what a client that was brought by hand has heard, at its end.
func hear(x *experiment.X, c *experiment.Client) {
	for !c.HeardEnd() && x.Sleep(5*time.Millisecond) {
	}
	if n := len(c.Heard()); n > 0 {
		x.Note("%s has heard %s", c.Name, experiment.Number(n, "byte"))
	}
	c.Leave()
}

func flags(f *flag.FlagSet) {
	experiment.DurationFlag(f, "sleep", &nap,
		"how long the accept callback `sleeps` (0.4s; the post's: 10s)", "10s", "400ms", "2s")
}

// play is the interactive mode: the server of step 1. Its clients are you, and
// every telnet or nc that comes.
func play(x *experiment.X) {
	l := listen(x)
	offer(x, l)
	l.aloud.Store(true)
	s := l.serve("echo", func(s *server) error {
		s.pauses = pause
		return echo(s)
	})
	x.Follow()
	s.Stop()
}
