//go:build linux

package differential

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
)

// Reads and writes: one-shot and persistent, and several events on one fd.
// The twins are in testdata/reads.c.
var reads = []func(){readOneShot, readOneShotAddedAgain, readPersist, writeOneShot, writePersist,
	writeWaitsForRoom, readAndWriteInOneEvent, readAndWriteInTwoEvents, eventsOnOneFd,
	twoReadersOneRead, addPending, addTimerWithoutTimeout, manyReadyAtOnce, badArguments, addOnce, addOnceEdge}

func readOneShot() {
	p := pair()
	put(p[1], "x")
	var a *event.Event
	a = watch("a", p[0], event.Read, func() { pending(a) })
	add(a, -1)
	pending(a)
	loop(0)
	pending(a)
}

func readOneShotAddedAgain() {
	p, n := pair(), 0
	put(p[1], "xyz")
	var a *event.Event
	a = watch("a", p[0], event.Read, func() {
		get(p[0], 1)
		if n++; n < 3 {
			add(a, -1)
		}
	})
	add(a, -1)
	loop(0)
}

func readPersist() {
	p, n := pair(), 0
	put(p[1], "x")
	var a *event.Event
	a = watch("a", p[0], event.Read|event.Persist, func() {
		if n++; n == 20 {
			pending(a)
			get(p[0], 8)
			del(a)
		}
	})
	add(a, -1)
	loop(0)
}

func writeOneShot() {
	p := pair()
	var a *event.Event
	a = watch("a", p[0], event.Write, func() { pending(a) })
	add(a, -1)
	loop(0)
}

func writePersist() {
	p, n := pair(), 0
	var a *event.Event
	a = watch("a", p[0], event.Write|event.Persist, func() {
		if n++; n == 3 {
			del(a)
		}
	})
	add(a, -1)
	loop(0)
}

// A write event waits while the pipe is full.
func writeWaitsForRoom() {
	p := pipes()
	for block := make([]byte, 4096); ; {
		if _, err := unix.Write(p[1], block); err != nil {
			break
		}
	}
	add(watch("a", p[1], event.Write, nil), -1)
	loop(event.NonBlock)
	add(watch("b", -1, 0, func() { drain(p[0]) }), 0)
	loop(0)
}

func readAndWriteInOneEvent() {
	p := pair()
	put(p[1], "x")
	var a *event.Event
	a = watch("a", p[0], event.Read|event.Write, func() { pending(a) })
	add(a, -1)
	loop(0)
	drain(p[0])
	add(a, -1) // now there is only room to write
	loop(0)
}

func readAndWriteInTwoEvents() {
	p := pair()
	put(p[1], "x")
	a := watch("a", p[0], event.Read|event.Persist, nil)
	b := watch("b", p[0], event.Write|event.Persist, nil)
	add(a, -1)
	add(b, -1)
	loop(event.Once)
	del(b)
	loop(event.Once)
	add(b, -1)
	del(a)
	loop(event.Once)
	del(b)
	loop(0)
}

func eventsOnOneFd() {
	p := pair()
	put(p[1], "x")
	a := watch("a", p[0], event.Read|event.Persist, nil)
	b := watch("b", p[0], event.Read|event.Persist, nil)
	c := watch("c", p[0], event.Read|event.Write|event.Persist, nil)
	d := watch("d", p[0], event.Read, nil)
	for _, e := range []*event.Event{a, b, c, d} {
		add(e, -1)
	}
	loop(event.Once)
	loop(event.Once)
	del(b)
	add(a, -1) // it is pending already: its place stays
	loop(event.Once)
	add(b, -1)
	loop(event.Once)
}

// The first that runs takes the data: the other is called all the same, and
// finds nothing.
func twoReadersOneRead() {
	p := pair()
	put(p[1], "x")
	add(watch("a", p[0], event.Read, func() { get(p[0], 8) }), -1)
	add(watch("b", p[0], event.Read, func() { get(p[0], 8) }), -1)
	loop(0)
}

func addPending() {
	p := pair()
	put(p[1], "x")
	a := watch("a", p[0], event.Read, nil)
	add(a, -1)
	add(a, -1)
	add(a, -1)
	loop(0)
	add(a, -1)
	add(a, -1)
	del(a)
	pending(a)
	del(a)
	loop(0)
}

func addTimerWithoutTimeout() {
	a := watch("a", -1, 0, nil)
	b := watch("b", -1, event.Persist, nil)
	add(a, -1)
	add(b, -1)
	pending(a)
	pending(b)
	loop(0)
}

// A hundred fds are ready at once: the order is nobody's promise.
func manyReadyAtOnce() {
	n := 0
	for range 100 {
		p := pair()
		put(p[1], "x")
		add(watch("", p[0], event.Read, func() { n++ }), -1)
	}
	loop(event.Once) // epoll asks for 32 at first
	loop(0)
	say("%d callbacks", n)
}

func badArguments() {
	p := pair()
	say("priority %d", code(watch("a", p[0], event.Read, nil).SetPriority(1)))
	say("priority %d", code(watch("a", p[0], event.Read, nil).SetPriority(-1)))
	say("kill %d", code(watch("a", int(syscall.SIGKILL), event.Signal, nil).Add(event.NoTimeout)))
	nobody := func(int, event.What) {}
	say("once signal %d", code(base.Once(int(syscall.SIGUSR1), event.Signal, 0, nobody)))
	say("once persist %d", code(base.Once(p[0], event.Read|event.Persist, 0, nobody)))
	loop(0)
}

func addOnce() {
	called := func(name string) event.Callback {
		return func(_ int, what event.What) { say("%s %s", name, words(what)) }
	}
	p, q := pair(), pair()
	base.Once(-1, event.Timeout, event.NoTimeout, called("at once"))
	loop(event.Once)
	put(p[1], "x")
	base.Once(p[0], event.Read, event.NoTimeout, called("a"))
	loop(event.Once)
	base.Once(q[0], event.Read, 100*time.Millisecond, called("b"))
	base.Once(-1, event.Timeout, 200*time.Millisecond, called("c"))
	loop(0)
}

// An edge is masked off: so once goes together with a level-triggered event.
func addOnceEdge() {
	p, q := pair(), pair()
	once := func(fd int, what event.What, name string) {
		say("once %d", code(base.Once(fd, what|event.EdgeTriggered, event.NoTimeout,
			func(_ int, why event.What) { say("%s %s", name, words(why)) })))
	}
	once(q[0], event.Write, "c")
	loop(look)
	add(watch("a", p[0], reading, nil), -1)
	put(p[1], "x")
	once(p[0], event.Read, "b")
	loop(look)
}
