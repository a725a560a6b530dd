//go:build linux

package differential

import (
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
)

// Reads and writes with a timeout. The twins are in testdata/timeouts.c.
var timeouts = []func(){timeoutFlagAlone, readOneShotTimesOut, readPersistTimeoutStartsAgain, readPersistOldTimeoutComesBack,
	readPersistAddedAgainWithoutTimeout, readableAndExpired, readTimeoutChangesTheOrder,
	writeWithTimeout, negativeTimeouts, negativeTimeoutOfARead, negativeTimeoutPersists,
	negativeTimeoutOfOnce, negativeTimeoutOfExit}

// EV_TIMEOUT among the flags sets no timeout; add's second argument does, with
// the flag or without.
func timeoutFlagAlone() {
	p := pair()
	a := watch("a", p[0], event.Read|event.Timeout, nil)
	add(a, -1)
	pending(a)
	add(a, 100)
	pending(a)
	loop(0)
	b := watch("b", p[0], event.Read, nil)
	add(b, 100)
	pending(b)
	loop(0)
}

func readOneShotTimesOut() {
	p := pair()
	var a *event.Event
	a = base.NewEvent(p[0], event.Read, func(fd int, what event.What) {
		say("a %s", words(what))
		if what&event.Read != 0 {
			get(fd, 8)
		}
		pending(a)
	}).Named("a")
	add(a, 100)
	pending(a)
	loop(0)
	put(p[1], "x")
	loop(0) // it is not pending any more
	add(a, 20000)
	loop(0) // the read ends its timeout
}

// Each read starts the timeout again: it comes between two marks that were made
// in the read's callback.
func readPersistTimeoutStartsAgain() {
	p, n := pair(), 0
	var a *event.Event
	a = base.NewEvent(p[0], event.Read|event.Persist, func(fd int, what event.What) {
		say("a %s", words(what))
		if n++; n == 4 {
			del(a)
		}
		if what&event.Read != 0 {
			get(fd, 8)
			mark("900 after the read", 900)
			add(watch("1100 after the read, and put", -1, 0, func() { put(p[1], "x") }), 1100)
		}
	})
	inside(func() {
		add(a, 1000)
		busy(300)
		put(p[1], "x")
	}, 0)
}

// Deleted and added without a timeout there is none, until its first callback
// starts the old one again.
func readPersistOldTimeoutComesBack() {
	p := pair()
	var a *event.Event
	a = watch("a", p[0], event.Read|event.Persist, func() { pending(a) })
	add(a, 20000)
	del(a)
	add(a, -1)
	pending(a)
	put(p[1], "x")
	loop(event.Once)
	del(a)
}

func readPersistAddedAgainWithoutTimeout() {
	p := pair()
	var a *event.Event
	a = watch("a", p[0], event.Read|event.Persist, func() { del(a) })
	add(a, 300)
	add(a, -1)
	pending(a)
	loop(0)
}

// Readable, and its time is over as well: 2.1 tells of the timeout alone.
func readableAndExpired() {
	p, n := pair(), 0
	a := watch("a", p[0], event.Read, nil)
	add(a, 50)
	put(p[1], "x")
	busy(100)
	loop(0)
	a = watch("a", p[0], event.Read|event.Persist, func() {
		pending(a)
		if n++; n == 3 {
			del(a)
		}
	})
	add(a, 1000)
	busy(1100)
	loop(0)
}

// A timeout puts a persistent event at the head of its fd's list.
func readTimeoutChangesTheOrder() {
	p := pair()
	var a *event.Event
	a = base.NewEvent(p[0], event.Read|event.Persist, func(_ int, what event.What) {
		say("a %s", words(what))
		if what&event.Timeout != 0 {
			put(p[1], "x")
		} else {
			del(a)
		}
	})
	add(a, 1000)
	add(watch("b", p[0], event.Read, nil), -1)
	loop(0)
}

func writeWithTimeout() {
	p := pipes()
	a := watch("a", p[1], event.Write, nil)
	add(a, 20000)
	loop(0)
	for block := make([]byte, 4096); ; {
		if _, err := unix.Write(p[1], block); err != nil {
			break
		}
	}
	add(a, 100)
	loop(0)
}

// A negative timeout is over already.

func addAgo(e *event.Event, seconds int) {
	say("add %d", code(e.Add(time.Duration(-seconds)*time.Second)))
}

func negativeTimeouts() {
	mark("0", 0)
	addAgo(watch("1 ago", -1, 0, nil), 1)
	addAgo(watch("2 ago", -1, 0, nil), 2)
	loop(0)
}

func negativeTimeoutOfARead() {
	p := pair()
	put(p[1], "x")
	var a *event.Event
	a = watch("a", p[0], event.Read, func() { pending(a) })
	addAgo(a, 1)
	loop(0)
}

func negativeTimeoutPersists() {
	p := pair()
	for _, x := range []struct {
		name string
		fd   int
		what event.What
	}{{"a", p[0], reading}, {"timer", -1, event.Persist}} {
		n := 0
		var a *event.Event
		a = watch(x.name, x.fd, x.what, func() {
			pending(a)
			if n++; n == 3 {
				del(a)
			}
		})
		addAgo(a, 1)
		loop(0)
	}
}

func negativeTimeoutOfOnce() {
	mark("0", 0)
	must(base.Once(-1, event.Timeout, -time.Second, func(int, event.What) { say("once") }))
	loop(0)
}

// There is one more look before the exit.
func negativeTimeoutOfExit() {
	q := pair()
	add(watch("b", q[0], reading, nil), -1)
	inside(func() {
		base.Exit(-time.Second)
		put(q[1], "x")
	}, 0)
}
