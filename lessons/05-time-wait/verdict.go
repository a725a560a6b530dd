package main

import (
	"cmp"
	"os"
	"strings"
	"time"

	"fdlab/lab/experiment"
	"fdlab/lab/experiment/tcpstate"
	"fdlab/lab/kernel"
)

// moment is how long a state is left to be looked at.
const moment = 250 * time.Millisecond

// seen is what the run measured: of each step, what both ends were at its end.
type seen struct {
	clientFirst, serverFirst turns
	atOnce                   tcpstate.Pair
	crossed                  bool // both had closed before either heard of it
	reset                    turns
	closed, shut             tcpstate.Pair
	again                    []attempt

	bindError, listenError, refused error
	wanted, got                     uint16

	oldest *tcpstate.Conn // the connection of step 1
	minute *minute        // nil: nobody waited for it
}

// turns is what two closes in turn led to.
type turns struct {
	first         string // the end that closed first: "client", "server"
	tcpstate.Pair        // what both are afterwards
}

// letters are the options of Predict: who is in TIME_WAIT when the server has
// closed first.
var letters = map[string]string{"client": "a", "server": "b", "both": "c", "nobody": "d"}

// judge computes what the run says. It rests on the kernel's states and on what
// the calls returned, not on times.
func judge(x *experiment.X, s *seen) {
	first, second := s.clientFirst.TimeWait(), s.serverFirst.TimeWait()
	x.Of(1).Decides().Check(s.clientFirst.first == "client" && first == "client",
		"step 1: the %s closes first: in TIME_WAIT: %s", s.clientFirst.first, first)
	asked := s.serverFirst.first == "server"
	x.Of(2).AtMoment("the-server-waits").Decides().Check(asked && second == "server",
		"step 2: the %s closes first: in TIME_WAIT: %s", s.serverFirst.first, second)
	if s.crossed {
		x.Of(3).AtMoment("both-wait").Check(s.atOnce.TimeWait() == "both", "both close at once: in TIME_WAIT: %s", s.atOnce.TimeWait())
	} else {
		x.Of(3).NotJudged("the two FINs did not cross", "both close at once")
	}
	x.Of(4).Check(s.reset.TimeWait() == "nobody", "a reset: in TIME_WAIT: %s", s.reset.TimeWait())

	half := s.closed
	x.Of(5).AtMoment("no-timer").Check(half.Client.TCP.String() == "FIN_WAIT2" && half.Client.Timer == kernel.TimeWaitTimer,
		"the server never closes; the client has closed: client %s, %s", half.Client.TCP, countdown(half.Client))
	x.Of(5).Check(s.shut.Client.TCP.String() == "FIN_WAIT2" && s.shut.Client.Timer == kernel.NoTimer,
		"the client has only shut down: client %s, %s", s.shut.Client.TCP, countdown(s.shut.Client))
	x.Of(5).AtMoment("no-timer").Check(half.Server.TCP.String() == "CLOSE_WAIT" && half.Server.Timer == kernel.NoTimer,
		"the server that never closes: %s, %s", half.Server.TCP, countdown(half.Server))

	plainly, both := s.judgeAgain(x)
	x.Of(7).AtMoment("another-port").Check(s.bindError != nil && s.listenError == nil && s.got != s.wanted && s.refused != nil,
		"bind ignored: bind %s, listen %s, port %d instead of %d; connect to the port that was wanted: %s",
		experiment.Result(s.bindError, "bound"), experiment.Result(s.listenError, "no error"), s.got, s.wanted,
		experiment.Result(s.refused, "connected"))
	s.minute.judge(x)

	if letter, ok := letters[second]; ok && asked {
		x.Answer(letter)
	}
	// The claim has two parts: the client is the one in TIME_WAIT, whoever
	// closes first; and its port is lost meanwhile, whatever it does.
	x.Verdict(experiment.Ruling(first == "client", second == "client", plainly, both),
		"In TIME_WAIT: %s first: %s; %s first: %s. A port in TIME_WAIT, plain sockets: %s; "+
			"old and new socket with SO_REUSEADDR: %s.", s.clientFirst.first, first, s.serverFirst.first, second,
		had(plainly), had(both))
}

// whoHasIt is the table of who enters TIME_WAIT.
func (s *seen) whoHasIt(x *experiment.X) {
	t := experiment.NewTable("who enters TIME_WAIT", "who closes first", "the client is", "the server is", "in TIME_WAIT")
	row := func(how string, p tcpstate.Pair) {
		t.Row(how, experiment.Word(now(p.Client)), experiment.Word(now(p.Server)), experiment.Word(p.TimeWait()))
	}
	row("the "+s.clientFirst.first, s.clientFirst.Pair)
	row("the "+s.serverFirst.first, s.serverFirst.Pair)
	if s.crossed {
		row("both at once", s.atOnce)
	}
	row("a reset", s.reset.Pair)
	x.Table(t)
}

// now is the state of one end, of which the kernel may know nothing any more.
func now(c kernel.Connection) string { return cmp.Or(c.TCP.String(), "gone") }

// judgeAgain checks the table of step 6, and reports whether the client's port
// is refused to plain sockets, and to those with SO_REUSEADDR.
func (s *seen) judgeAgain(x *experiment.X) (plainly, both bool) {
	on, err := timestamps()
	for _, a := range s.again {
		free := a.old == reuse && a.new == reuse
		if !a.clientHeld || !a.serverHeld {
			x.Of(6).NotJudged("the port was not in TIME_WAIT", "old %s, new %s", a.old, a.new)
			continue
		}
		of := x.Of(6)
		if a.old == a.new {
			of = of.Decides()
		}
		if free {
			of = of.AtMoment("had-again")
		}
		of.Check((a.client == nil) == free && (a.server == nil) == free, "old %s, new %s: client's port %s, server's port %s",
			a.old, a.new, experiment.Result(a.client, "bound"), experiment.Result(a.server, "bound"))
		refused := a.client != nil || a.connect != nil
		switch {
		case a.old == plain && a.new == plain:
			plainly = refused
		case free:
			both = refused
		}
		if a.client != nil {
			continue
		}
		if err != nil {
			x.Of(6).NotJudged(err.Error(), "connect again from the same port")
			continue
		}
		x.Of(6).Check(a.connect == reconnects(on), "connect again from the same port, TCP timestamps %s: %s",
			onOff(on), experiment.Result(a.connect, "connected"))
	}
	return plainly, both
}

// countdown says whether the kernel will end this by itself.
func countdown(c kernel.Connection) string {
	if c.Timer == kernel.NoTimer {
		return "no timer: it may last for ever"
	}
	return "the kernel counts down"
}

func had(refused bool) string {
	if refused {
		return "refused"
	}
	return "reused at once"
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// waitForFIN reports whether both ends have closed and neither has heard of
// the other's close.
func waitForFIN(p tcpstate.Pair) bool {
	return p.Client.TCP.String() == "FIN_WAIT1" && p.Server.TCP.String() == "FIN_WAIT1"
}

// sysctl reads one of Linux's settings.
func sysctl(name string) (string, error) {
	text, err := os.ReadFile("/proc/sys/" + name)
	return strings.TrimSpace(string(text)), err
}
