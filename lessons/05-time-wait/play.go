package main

import (
	"flag"
	"strings"
	"sync/atomic"
	"time"

	"fdlab/lab/experiment"
	"fdlab/lab/experiment/tcpstate"
	"fdlab/lab/kernel"
	"fdlab/lab/sys"
)

// keys are what a person may do to the experiment. The script takes m alone;
// the others are for the interactive mode.
var keys = []experiment.Key{
	{Rune: 'c', Text: "client closes"},
	{Rune: 's', Text: "server closes"},
	{Rune: 'd', Text: "dial again"},
	{Rune: 'x', Text: "client resets"},
	{Rune: 'm', Text: "wait the whole minute", ByHand: "ask the kernel for both ends"},
	{Rune: 'f', Text: "flip SO_REUSEADDR"},
}

// wanted says that somebody will wait for the minute.
var wanted atomic.Bool

func flags(f *flag.FlagSet) {
	experiment.SwitchFlag(f, "minute", "wait until TIME_WAIT is over (60 s on Linux), with the kernel's countdown",
		func() { wanted.Store(true) })
}

func offer(x *experiment.X) {
	x.Poke('m', func() { wanted.Store(true) })
}

// minute is what became of step 1's TIME_WAIT.
type minute struct {
	lasted time.Duration // from now until the kernel's table had it no more
	after  error         // bind on its port then, with a plain socket
}

// wholeMinute waits until the client of step 1 is no more in TIME_WAIT.
func (s *seen) wholeMinute(x *experiment.X) {
	if !wanted.Load() {
		return
	}
	x.Note("waiting until the client's port %d is free again", s.oldest.Client.Local.Port())
	began, next := time.Now(), time.Duration(1<<62)
	x.Await(5*time.Minute, func() bool {
		now := s.oldest.States().Client
		if now.TCP.String() == "TIME_WAIT" && now.Expires < next {
			x.Note("port %d: %s %.0f s left", s.oldest.Client.Local.Port(), bar(now), now.Expires.Seconds())
			next = now.Expires - 5*time.Second
		}
		x.Sleep(50 * time.Millisecond)
		return now.TCP.Code == 0
	})
	s.minute = &minute{lasted: time.Since(began)}
	fd, err := bound(s.oldest.Client.Local.Port(), plain, "client")
	if s.minute.after = err; err == nil {
		sys.Close(fd)
	}
}

// bar draws how much of a minute is over.
func bar(c kernel.Connection) string {
	const width, whole = 30, time.Minute
	done := int(width * (whole - min(c.Expires, whole)) / whole)
	return "[" + strings.Repeat("#", done) + strings.Repeat(".", width-done) + "]"
}

func (m *minute) judge(x *experiment.X) {
	if m == nil {
		x.NotJudged("nobody waited for that long: run it with -minute", "after TIME_WAIT a plain socket may bind the port")
		return
	}
	x.Check(m.after == nil, "after another %.0f s TIME_WAIT is over, and a plain socket: %s",
		m.lasted.Seconds(), experiment.Result(m.after, "bound"))
}

// play is the interactive mode: one client with a port of its own.
func play(x *experiment.X) {
	pressed := make(chan rune, 16)
	for _, key := range keys {
		x.Poke(key.Rune, func() {
			select {
			case pressed <- key.Rune:
			default: // 16 keys wait already
			}
		})
	}
	body := x.Thread("both ends", func() error { follow(x, pressed); return nil })
	x.Follow()
	x.Must("both ends", body.Join())
}

// follow does as the keys say.
func follow(x *experiment.X, pressed <-chan rune) {
	lo := listen(x)
	defer sys.Close(lo.listener)
	next := reuse
	c, now := lo.connect(next), next
	var table dials
	x.Note("connected from port %d with %s: %s", c.Client.Local.Port(), next, c.States())
	for {
		select {
		case <-x.Stopped():
			return
		case key := <-pressed:
			switch key {
			case 'm':
				x.Note("port %d: %s", c.Client.Local.Port(), c.States())
			case 'c':
				closeByHand(x, c, c.Client)
			case 's':
				closeByHand(x, c, c.Server)
			case 'x':
				if c.Client.Open() {
					sys.SetLinger(c.Client.FD, 0)
				}
				closeByHand(x, c, c.Client)
			case 'f':
				next = !next
				x.Note("the next client's socket: %s", next)
			case 'd':
				holder, old := c.States().TimeWait(), c
				var got string
				c, got = dialAgain(lo, old, next)
				table.add(holder, now, next, got)
				table.show(x)
				if c != old {
					now = next
				}
			}
		}
	}
}

func closeByHand(x *experiment.X, c *tcpstate.Conn, end *tcpstate.End) {
	if !end.Open() {
		x.Note("%s has closed already: %s", end.Name, c.States())
		return
	}
	x.Must("close", end.Close())
	x.Note("%s calls close: %s", end.Name, c.Settle())
}

// dialAgain tries to take the client's port again. It returns the connection that
// there is afterwards, and what came of it in a word or two.
func dialAgain(lo *loopback, old *tcpstate.Conn, o option) (*tcpstate.Conn, string) {
	x, port := lo.x, old.Client.Local.Port()
	client, err := bound(port, o, "client")
	if err != nil {
		x.Note("bind to port %d, %s: %s; before: %s", port, o, experiment.Result(err, ""), old.States())
		return old, experiment.Result(err, "")
	}
	if err := sys.Connect(client, lo.server); err != nil {
		x.Note("port %d, %s: bound; connect: %s", port, o, experiment.Result(err, ""))
		sys.Close(client)
		return old, "bound, " + experiment.Result(err, "")
	}
	old.Server.Close() // nobody needs it any more
	c := lo.accept(client)
	x.Note("connected again from port %d with %s: %s", port, o, c.States())
	return c, "connected"
}

// dials are what came of each attempt to dial again: a row for who was in TIME_WAIT
// and the old socket's option, a column for the new socket's.
type dials struct {
	names []string
	got   map[string]*[2]string // by name; plain, SO_REUSEADDR
}

func (d *dials) add(holder string, old, new option, got string) {
	name := holder + ", " + old.String()
	if d.got == nil {
		d.got = map[string]*[2]string{}
	}
	if d.got[name] == nil {
		d.names, d.got[name] = append(d.names, name), &[2]string{"not tried", "not tried"}
	}
	if new == reuse {
		d.got[name][1] = got
	} else {
		d.got[name][0] = got
	}
}

func (d *dials) show(x *experiment.X) {
	t := experiment.NewTable("the client's port again, by hand",
		"in TIME_WAIT, old socket", "new: plain", "new: SO_REUSEADDR")
	for _, name := range d.names {
		t.Row(name, experiment.Word(d.got[name][0]), experiment.Word(d.got[name][1]))
	}
	x.Table(t)
}

// endOne has the client end its side and the server do nothing. Both are
// closed when the run ends.
func endOne(x *experiment.X, c *tcpstate.Conn, call string, end func() error) tcpstate.Pair {
	x.Must(call, end())
	after := c.Settle()
	x.Note("client calls %s: %s", call, after)
	x.Pause(moment)
	x.Moment("no-timer", c.Server.FD)
	return after
}
