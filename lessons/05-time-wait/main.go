// Lesson 05: TIME_WAIT.
//
// One program is both the client and the server, so that both ends of each
// connection can be seen. Who keeps TIME_WAIT when both have closed? And what
// does a program get that wants the same port again? The calls are raw ones:
// Go's net.Listen sets SO_REUSEADDR by itself, which would hide half of it.
package main

import (
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/experiment"
	"fdlab/lab/experiment/tcpstate"
	"fdlab/lab/sys"
)

func main() {
	experiment.Main(experiment.Lesson{
		Name:  "05-time-wait",
		Title: "who keeps TIME_WAIT, and who may use the port again",
		Steps: []string{"client first", "server first", "both at once", "reset",
			"one never closes", "the same port again", "bind ignored"},
		Keys:  keys,
		Flags: flags,
		Run:   run,
		Play:  play,
	})
}

func run(x *experiment.X) {
	var s seen
	offer(x)
	program := x.Thread("both ends", func() error { s.look(x); return nil })
	x.Must("both ends", program.Join())
	judge(x, &s)
}

func (s *seen) look(x *experiment.X) {
	lo := listen(x)
	defer sys.Close(lo.listener)

	// 1. The client closes first. Each FIN is held back for a moment, or the
	// states on the way would be over in microseconds.
	x.Step(1)
	c := lo.connect(reuse)
	c.HoldFINs(300 * time.Millisecond)
	s.clientFirst = closeInTurn(x, c, c.Client, c.Server)
	s.oldest = c

	// 2. The server closes first. Nothing else is different.
	x.Step(2)
	c = lo.connect(reuse)
	s.serverFirst = closeInTurn(x, c, c.Server, c.Client)
	x.Moment("the-server-waits")

	// 3. Both close before either has heard of the other's close.
	x.Step(3)
	s.closeAtOnce(x, lo)

	// 4. With a linger time of 0, close sends a reset (RST) instead of a FIN.
	x.Step(4)
	c = lo.connect(reuse)
	x.Must("SO_LINGER", sys.SetLinger(c.Client.FD, 0))
	s.reset = closeInTurn(x, c, c.Client, c.Server)

	// 5. The server never closes. The client calls close; another only shutdown.
	x.Step(5)
	c = lo.connect(reuse)
	s.closed = endOne(x, c, "close", c.Client.Close)
	d := lo.connect(reuse)
	s.shut = endOne(x, d, "shutdown", func() error {
		return sys.Shutdown(d.Client.FD, unix.SHUT_WR)
	})

	// 6. A port in TIME_WAIT: who may bind it again?
	x.Step(6)
	for _, old := range []option{plain, reuse} {
		for _, new := range []option{plain, reuse} {
			s.again = append(s.again, again(lo, old, new))
		}
	}
	s.tables(x)

	// 7. The post's server does not look at what bind returns.
	x.Step(7)
	s.bindIgnored(x)

	s.wholeMinute(x) // only if somebody asks for it
}

// closeInTurn has one end close; the other reads, hears of it, and closes too.
func closeInTurn(x *experiment.X, c *tcpstate.Conn,
	first, second *tcpstate.End) turns {
	x.Must("close", first.Close())
	x.Note("%s calls close: %s", first.Name, c.Settle())
	n, err := sys.Read(second.FD, make([]byte, 1))
	x.Note("%s reads: %s", second.Name, heard(n, err))
	x.Pause(moment)
	x.Moment("half-closed", second.FD)
	x.Must("close", second.Close())
	x.Note("%s calls close: %s", second.Name, c.Settle())
	x.Pause(moment)
	return turns{first.Name, c.States()}
}

// closeAtOnce makes the FINs cross. The kernel holds both back, and that takes
// no longer than a moment: on a busy machine it may need another try.
func (s *seen) closeAtOnce(x *experiment.X, lo *loopback) {
	for range 5 {
		c := lo.connect(reuse)
		if err := c.HoldFINs(400 * time.Millisecond); err != nil {
			x.Note("the kernel does not hold a FIN back (%v): left out", err)
			return
		}
		x.Must("close", c.Client.Close())
		x.Must("close", c.Server.Close())
		between := c.States()
		s.atOnce = c.Settle()
		if s.crossed = waitForFIN(between); s.crossed {
			x.Note("both call close, then: %s", s.atOnce)
			x.Pause(moment)
			x.Moment("both-wait")
			return
		}
	}
}
