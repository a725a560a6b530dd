package main

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"sync/atomic"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
)

// keys are what a person may do to the experiment.
var keys = []experiment.Key{
	{Rune: 's', Text: "client 1 speaks"},
	{Rune: 'c', Text: "one more client"},
	{Rune: 'x', Text: "crash in C"},
}

// current is the server that the keys speak to, if one runs.
var current atomic.Pointer[server]

func offer(x *experiment.X) {
	x.Poke('s', func() { byHand(x, false) })
	x.Poke('c', func() { byHand(x, true) })
	x.Poke('x', func() { x.Thread("crash.c", func() error { crash(x); return nil }) })
}

func byHand(x *experiment.X, another bool) {
	s := current.Load()
	if s == nil {
		x.Note("you: no server runs now")
		return
	}
	var c *experiment.Client
	if all := s.all(); another {
		c = s.visit(x.DialByHand)
	} else if len(all) > 0 {
		c = all[0]
	}
	if c == nil {
		x.Note("you: no client has come yet: press c")
		return
	}
	x.Note("you: %s says a line", c.Name)
	c.Say("by hand from " + c.Name + "\n")
}

// plans are what -memory can choose for the interactive mode.
var plans = map[string]plan{
	"own":    {},
	"one":    {oneVariable: true, unchecked: true},
	"wiped":  {oneVariable: true, wiped: true, unchecked: true},
	"caught": {oneVariable: true},
}

var (
	chosen = "own"
	inC    bool
)

func flags(f *flag.FlagSet) {
	experiment.ChoiceFlag(f, "memory", &chosen,
		"the `memory` that the events of clients live in (the default is own)", "own", "one", "wiped", "caught")
	f.BoolVar(&inC, "crash", false, "also build and run the C program that really crashes (needs cc and libevent)")
}

// demonstrate is -crash.
func demonstrate(x *experiment.X) {
	if inC {
		crash(x)
	}
}

// play is the interactive mode: one server, on the post's port if it is free.
func play(x *experiment.X) {
	s := start(x, plans[chosen], 9877)
	current.Store(s)
	offer(x) // now there is somebody to speak to
	x.Note("the server listens on %s (memory: %s); join it: nc %s %d", s.Addr, chosen, s.Addr.Addr(), s.Addr.Port())
	demonstrate(x)
	go func() {
		<-s.loop.Done()
		if s.failure != nil {
			x.Note("the loop ended: %v", s.failure)
		}
	}()
	x.Follow()
}

// results is what the steps gave.
type results struct {
	chain                                 int
	own, one, wiped, refused, overwritten *server
	visit                                 *visit
}

// judge computes checks, answer and verdict. All rest on counts and on what
// the kernel says, none on times.
func judge(x *experiment.X, r results) {
	r.table(x)
	clients := len(r.own.spoke)
	x.Of(1).AtMoment("a-thousand-adds").Decides().Check(r.chain == links, "chain: %s of %s timers were called",
		experiment.Thousands(r.chain), experiment.Thousands(links))
	x.Of(2).Decides().Check(len(r.own.answered()) == clients, "own memory: answered: %d of %d clients", len(r.own.answered()), clients)

	newest := r.one.spoke[len(r.one.spoke)-1].Name
	x.Of(3).AtMoment("only-the-newest").Check(slices.Equal(r.one.answered(), []string{newest}), "one variable: answered: %s; the newest is %s",
		list(r.one.answered()), newest)
	x.Of(3).AtMoment("the-wrong-one").Check(len(r.one.unread) > 0 && r.one.nothing > 0,
		"one variable: %d clients wait unread, and %s found nothing to read", len(r.one.unread), experiment.Number(r.one.nothing, "callback"))
	x.Of(4).AtMoment("nobody-is-called").Check(len(r.wiped.answered()) == 0 && r.wiped.turns() >= enough && r.wiped.echoes == 0,
		"wiped: %s turns of the loop called %d callbacks of clients", experiment.Thousands(r.wiped.turns()), r.wiped.echoes)

	x.Of(5).AtMoment("refused").Check(refusedFor(r.refused.refusals, event.ErrHeld), "caught: Assign says %s", said(event.ErrHeld, r.refused.refusals...))
	x.Of(5).Check(errors.Is(r.overwritten.failure, event.ErrOverwritten), "caught: Dispatch says %s",
		said(event.ErrOverwritten, r.overwritten.failure))
	x.Of(6).AtMoment("from-outside").Check(errors.Is(r.visit.refusal, event.ErrOtherThread), "another thread: Add says %s",
		said(event.ErrOtherThread, r.visit.refusal))
	on := r.visit.calledOn.Load()
	x.Of(6).Check(r.visit.added == nil && on != 0 && on == r.visit.loop,
		"another thread: after Add in Base.Post the callback ran on the loop's thread")

	// Predict asks when it goes wrong that the event's memory has another use.
	when := r.wiped.wrong()
	x.Of(4).AtMoment("nobody-is-called").Decides().Check(when == atFirstLine, "wiped: %s", when)
	if letter, ok := letters[when]; ok {
		x.Answer(letter)
	}

	chained, served := r.chain == links, len(r.own.answered()) == clients
	so := "A running loop takes new events"
	if !chained || !served {
		so = "Something did not work"
	}
	x.Verdict(experiment.Ruling(!chained, !served),
		"%s: a chain of %s adds in callbacks called %s, and of %d clients that were added while the loop ran %d got an answer. "+
			"The memory decides: with one variable for all, %s got an answer; wiped, %s.",
		so, experiment.Thousands(links), experiment.Thousands(r.chain), clients, len(r.own.answered()), list(r.one.answered()), list(r.wiped.answered()))
}

// table shows the servers side by side.
func (r results) table(x *experiment.X) {
	t := experiment.NewTable("the memory of the clients' events",
		"memory", "clients", "answered", "callbacks", "found nothing", "turns when all had spoken", "refused", "the loop ended")
	row := func(name string, s *server) {
		ended := "-"
		if s.failure != nil {
			ended = "by an error"
		}
		t.Row(name, experiment.Counted(int64(len(s.spoke))), experiment.Counted(int64(len(s.answered()))),
			experiment.Counted(int64(s.echoes)), experiment.Counted(int64(s.nothing)),
			experiment.Counted(int64(s.turns())), experiment.Counted(int64(len(s.refusals))), experiment.Word(ended))
	}
	row("own", r.own)
	row("one variable", r.one)
	row("one, wiped", r.wiped)
	row("one, caught", r.refused)
	row("wiped, caught", r.overwritten)
	x.Table(t)
}

// said is the kind of an error, or what there is in its place.
func said(kind error, errs ...error) string {
	if err := errors.Join(errs...); !errors.Is(err, kind) {
		return fmt.Sprint(err)
	}
	return fmt.Sprintf("%q", kind)
}

// moment is when a server goes wrong.
type moment string

const (
	atAdd       moment = "the add itself was refused"
	atReturn    moment = "it went wrong when the accept callback had returned, before anybody spoke"
	atFirstLine moment = "all was well until a client spoke, and then nobody was answered"
	atNoTime    moment = "it never went wrong: all were answered"
)

// letters are the options of Predict.
var letters = map[moment]string{atAdd: "a", atReturn: "b", atFirstLine: "c", atNoTime: "d"}

// wrong goes by what the server did before anybody spoke, and by who was
// answered then.
func (s *server) wrong() moment {
	switch answered := len(s.answered()); {
	case len(s.refusals) > 0:
		return atAdd
	case !s.calm:
		return atReturn
	case answered == len(s.spoke):
		return atNoTime
	case answered == 0:
		return atFirstLine
	}
	return moment("answered: " + list(s.answered()))
}
