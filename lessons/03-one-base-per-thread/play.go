package main

import (
	"flag"
	"fmt"
	"sync"

	"fdlab/lab/experiment"
	"fdlab/lab/experiment/tcpserver"
)

// keys are what a person may do to the experiment.
var keys = []experiment.Key{
	{Rune: 'c', Text: "a client connects and says hello"},
	{Rune: 's', Text: "your first client speaks"},
	{Rune: 'x', Text: "your first client leaves"},
}

// yours are the clients that a person has brought.
var yours struct {
	sync.Mutex
	count int
	here  []*experiment.Client
}

func offer(x *experiment.X, l *tcpserver.Listener) {
	x.Poke('c', func() {
		yours.Lock()
		defer yours.Unlock()
		yours.count++
		c := x.DialByHand(fmt.Sprint("yours ", yours.count), l.Addr)
		if c == nil {
			return
		}
		c.Connected()
		c.Say("hello\n")
		x.Note("you: %s connects and says hello", c.Name)
		if !x.Interactive() {
			c.Finish() // or the script would have to wait for it
			return
		}
		yours.here = append(yours.here, c)
		x.Note("in the backlog: %s", l.Backlog())
	})
}

// shapes are the servers of the interactive mode.
var shapes = map[string]func(*server) error{
	"nested": oneInside, "turns": takingTurns, "workers": withWorkers(2),
}

var chosen = "nested"

func flags(f *flag.FlagSet) {
	experiment.ChoiceFlag(f, "shape", &chosen,
		"the `shape` of the server (the default is nested, the post's)", "nested", "turns", "workers")
}

// play is the interactive mode: one server; its clients are you, and every
// telnet or nc that comes.
func play(x *experiment.X) {
	listener := listen(x, 9877)
	offer(x, listener)
	first := func(do func(*experiment.Client)) {
		yours.Lock()
		defer yours.Unlock()
		if len(yours.here) == 0 {
			x.Note("you have no client: press c")
			return
		}
		do(yours.here[0])
	}
	x.Poke('s', func() {
		first(func(c *experiment.Client) {
			c.Say("hello again\n")
			x.Note("you: %s says hello again", c.Name)
		})
	})
	x.Poke('x', func() {
		first(func(c *experiment.Client) {
			x.Note("you: %s leaves; it has heard %q", c.Name, c.Heard())
			c.Leave()
			yours.here = yours.here[1:]
		})
	})
	s := serve(listener, chosen, shapes[chosen])
	x.Follow()
	s.Stop()
}
