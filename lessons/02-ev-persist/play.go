package main

import (
	"flag"
	"strconv"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/sys"
)

// keys are what a person may do to the experiment.
var keys = []experiment.Key{
	{Rune: 'w', Text: "write heihei to the FIFO"},
	{Rune: 'd', Text: "read by hand what waits"},
	{Rune: 'a', Text: "add the event again"},
}

func offer(x *experiment.X, fifo *experiment.FIFO) {
	x.Poke('w', func() { fifo.EchoByHand(heihei) })
}

// chosen is -step, for the interactive mode.
var chosen = 3

func flags(f *flag.FlagSet) {
	experiment.StepFlag(f, &chosen, 5, "whose program runs")
}

// play is the interactive mode: one of the programs, and only people write.
func play(x *experiment.X) {
	fifo := x.FIFO("event.fifo")
	what, open, reads := event.Read|event.Persist, readWrite, always
	switch chosen {
	case 1:
		what, reads = event.Read, never
	case 3, 4:
		reads = inCall(readingCall)
	case 5:
		open = unix.O_RDONLY | unix.O_NONBLOCK
	}
	fd := fifo.Open(open)
	p := start(x, "step "+strconv.Itoa(chosen), fd, what, reads)

	var last int64 // callbacks at the last report; only jobs use it
	jobs := make(chan func())
	send := func(do func()) {
		select {
		case jobs <- do:
		case <-x.Stopped():
		}
	}
	offer(x, fifo)
	x.Poke('d', func() { drain(x, fd) })
	x.Poke('a', func() {
		go send(func() {
			if _, returned := p.loop.Returned(); !returned {
				x.Note("the event is pending still: there is nothing to add")
				return
			}
			p.stop()
			p, last = start(x, p.name, fd, what, reads), 0
		})
	})
	x.FollowAnd(jobs, func() { last = report(p, last) })
}

// report says what a program did since the last report, if it did anything.
func report(p *program, last int64) int64 {
	now := p.calls.Load()
	if now > last {
		p.x.Note("%s in this second, %s in all; bytes in the FIFO: %s", callbacks(now-last), experiment.Thousands(now), experiment.Thousands(p.x.Queued(p.fd)))
		if reason, returned := p.loop.Returned(); returned {
			p.x.Note("dispatch has returned: %s", reason)
		}
	}
	return now
}

// drain reads what waits, as the callback should have done.
func drain(x *experiment.X, fd int) {
	var buf [4096]byte
	n, err := sys.Read(fd, buf[:])
	switch {
	case err == unix.EAGAIN:
		x.Note("you read: EAGAIN: the FIFO is empty")
	case err != nil:
		x.Note("you read: %v", err)
	default:
		x.Note("you read %q", buf[:min(n, 40)])
	}
}
