// Lesson 02: EV_PERSIST.
//
// The post's first program, with its FIFO. An event can fire once or persist,
// and its callback can read or not: what happens to one line that somebody
// writes? What follows from the measurements is in verdict.go.
package main

import (
	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/experiment/loop"
	"fdlab/lab/sys"
)

func main() {
	experiment.Main(experiment.Lesson{
		Name:  "02-ev-persist",
		Title: "EV_PERSIST",
		Steps: []string{
			"one-shot", "persist, and read", "read in the 20th call",
			"the second echo", "opened read-only",
		},
		Keys:  keys,
		Flags: flags,
		Run:   run,
		Play:  play,
	})
}

// heihei is what somebody writes: echo heihei > event.fifo
const heihei = "heihei"

// readingCall is the call in which the post's callback reads.
const readingCall = 20

// readWrite is how the post opens its FIFO: our fd is a writer too. So there is
// always one, and the end of file never comes. Step 5 shows what else happens.
const readWrite = unix.O_RDWR | unix.O_NONBLOCK

func run(x *experiment.X) {
	fifo := x.FIFO("event.fifo")
	offer(x, fifo) // the key w writes heihei
	fd := fifo.Open(readWrite)
	x.Pause(moment)

	// 1. Without Persist. The callback does not read.
	x.Step(1)
	once := start(x, "one-shot", fd, event.Read, never)
	fifo.Echo(heihei)
	once.returns()

	// 2. With Persist. The callback reads each time.
	x.Step(2)
	each := start(x, "persist", fd, event.Read|event.Persist, always)
	each.quiet()
	for range 3 {
		fifo.Echo(heihei)
		each.quiet()
	}
	each.stop()

	// 3. The post's program: with Persist, and it reads in its 20th call.
	x.Step(3)
	post := start(x, "the post's", fd, event.Read|event.Persist, inCall(readingCall))
	fifo.Echo(heihei)
	post.quiet()
	x.Pause(moment)
	first := post.seen()

	// 4. Its 20th call is over: from now on it never reads.
	x.Step(4)
	fifo.Echo(heihei)
	post.spins()

	// 5. The same FIFO, but our fd is not a writer. The callback reads each time.
	x.Step(5)
	fd = fifo.Open(unix.O_RDONLY | unix.O_NONBLOCK)
	storm := start(x, "read-only", fd, event.Read|event.Persist, always)
	fifo.Echo(heihei)
	storm.spins()

	judge(x, fifo, once, each, post, first, storm)
}

// start is the post's main: a base, an event, dispatch. Dispatch runs on a
// thread of its own, so that the script can go on beside it.
func start(x *experiment.X, name string, fd int, what event.What, reads rule) *program {
	p := &program{x: x, name: name, loop: loop.New(x, name), fd: fd, rule: reads}
	ev := p.loop.Base.NewEvent(fd, what, p.fifoRead).Named("fifo_read")
	x.Must("fifo_read", ev.Add(event.NoTimeout))
	p.loop.Start()
	return p
}

// A rule says whether the callback reads in its nth call.
type rule func(n int64) bool

func never(int64) bool      { return false }
func always(int64) bool     { return true }
func inCall(nth int64) rule { return func(n int64) bool { return n == nth } }

// fifoRead is the callback, as in the post.
func (p *program) fifoRead(fd int, what event.What) {
	n := p.calls.Add(1)
	if !p.reads(n) {
		p.unread(n)
		return // nothing was taken: the fd is as ready as before
	}
	var buf [255]byte
	got, err := sys.Read(fd, buf[:])
	p.tell(n, buf[:], got, err)
}
