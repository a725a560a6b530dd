//go:build linux

package differential

import (
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
)

// Timeouts, alone and with reads. Times are far apart, and only orders are
// printed: marks say that some time is over. The twins are in testdata/timers.c.
var timers = []func(){timerOneShot, timerPersist, timerPersistZero, timerOrder, timerOrderLate,
	timerEqualDeadlines, timerAddAgainReplaces, timerAddAgainWithoutTimeoutKeeps, timerDelete,
	timerDeleteExpired, timerAddAgainWhileExpired, timerZeroAddsItself,
	timerPersistKeepsItsSchedule, timerPersistLate, timerCountsFromTheCachedTime,
	timerCachedTimeIsOneForTheTurn, timerFirstOfTheBase, readOneShotTimesOut,
	readPersistTimeoutStartsAgain, readPersistAddedAgainWithoutTimeout, readableAndExpired,
	readTimeoutChangesTheOrder, writeWithTimeout, timerPersistAddsItselfWithoutTimeout,
	activeByHandStartsTheTimeout, activeByHandEndsAOneShotTimer, manyTimersAddedAndDeleted}

func mark(name string, ms int) *event.Event {
	e := watch(name, -1, 0, nil)
	add(e, ms)
	return e
}

func timerOneShot() {
	var a *event.Event
	a = watch("a", -1, 0, func() { pending(a) })
	add(a, 50)
	pending(a)
	loop(0)
	pending(a)
}

func timerPersist() {
	n := 0
	var a *event.Event
	a = watch("a", -1, event.Persist, func() {
		pending(a)
		if n++; n == 3 {
			del(a)
		}
	})
	add(a, 50)
	loop(0)
}

func timerPersistZero() {
	var a *event.Event
	a = watch("a", -1, event.Persist, func() { pending(a) })
	add(a, 0) // nothing to repeat
	loop(0)
}

func timerOrder() {
	mark("300", 300)
	mark("100", 100)
	mark("500", 500)
	mark("0", 0)
	mark("200", 200)
	mark("400", 400)
	loop(0)
}

// All are over when the loop looks first: still the earliest first.
func timerOrderLate() {
	mark("30", 30)
	mark("10", 10)
	mark("50", 50)
	mark("20", 20)
	mark("40", 40)
	busy(100)
	loop(event.NonBlock)
}

// Equal deadlines: all in one look, in no order that anybody promises.
func timerEqualDeadlines() {
	n := 0
	for range 20 {
		watch("", -1, 0, func() { n++ }).Add(100 * time.Millisecond)
	}
	mark("later", 300)
	busy(200)
	loop(event.Once)
	say("%d callbacks", n)
	loop(0)
}

func timerAddAgainReplaces() {
	a := mark("later now", 100)
	b := mark("sooner now", 700)
	mark("400", 400)
	add(a, 600)
	add(b, 200)
	loop(0)
}

func timerAddAgainWithoutTimeoutKeeps() {
	a := mark("a", 300)
	add(a, -1)
	mark("100", 100)
	mark("500", 500)
	pending(a)
	loop(0)
}

func timerDelete() {
	a := mark("a", 100)
	mark("b", 200)
	del(a)
	pending(a)
	loop(0)
}

// Both timeouts are over: the first callback deletes the second.
func timerDeleteExpired() {
	var a *event.Event
	add(watch("b", -1, 0, func() { del(a) }), 10)
	a = mark("a", 50)
	mark("c", 60)
	busy(100)
	loop(0)
}

// A new timeout takes an event back that is active because of the old one.
func timerAddAgainWhileExpired() {
	var a *event.Event
	add(watch("b", -1, 0, func() { add(a, 300) }), 10)
	a = mark("a", 50)
	mark("c", 60)
	busy(100)
	loop(0)
}

func timerZeroAddsItself() {
	n := 0
	var a *event.Event
	a = watch("a", -1, 0, func() {
		if n++; n < 3 {
			add(a, 0)
		}
	})
	add(a, 0)
	loop(event.Once)
	loop(event.Once)
	loop(event.Once)
	loop(event.Once)
}

// Due at 500, 1000, 1500 ... and held up until 1100: the call of 1000 is late by
// less than a period, so the next is due at 1500 as if nothing had been.
func timerPersistKeepsItsSchedule() {
	n := 0
	var a *event.Event
	a = watch("a", -1, event.Persist, func() {
		if n++; n == 1 {
			busy(600)
		}
		if n == 4 {
			del(a)
		}
	})
	add(a, 500)
	mark("1250", 1250)
	mark("1750", 1750)
	mark("2250", 2250)
	loop(0)
}

// Due at 400, held up until 1400: the call of 800 comes then, and the next one is
// a period later, at 1800. The calls between are lost.
func timerPersistLate() {
	n := 0
	var a *event.Event
	a = watch("a", -1, event.Persist, func() {
		if n++; n == 1 {
			busy(1000)
		}
		if n == 3 {
			del(a)
		}
	})
	add(a, 400)
	mark("200", 200)
	mark("1600", 1600)
	mark("2100", 2100)
	loop(0)
}

// Timeouts count from the loop's last return from the kernel, not from the add:
// the one of 200 that is added after 500 of work is over already.
func timerCountsFromTheCachedTime() {
	add(watch("a", -1, 0, func() {
		busy(500)
		mark("from the callback, 200", 200)
	}), 100)
	mark("400", 400)
	mark("900", 900)
	loop(0)
}

func timerCachedTimeIsOneForTheTurn() {
	n := 0
	add(watch("a", -1, 0, func() {
		busy(200)
		if n++; n == 1 {
			mark("b", 100) // both count from the same moment
			busy(200)
			mark("c", 50)
		}
	}), 0)
	loop(0)
}

// The very first timeout of a base, added in a callback that took long.
func timerFirstOfTheBase() {
	p := pair()
	put(p[1], "x")
	add(watch("a", p[0], event.Read, func() {
		busy(600)
		mark("b", 400)
		base.Break()
	}), -1)
	loop(0)
	loop(event.NonBlock) // is it over already?
	loop(0)
}

// Reads with a timeout.

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
	add(a, 2000)
	loop(0) // the read ends its timeout
}

// Each read starts the timeout again; so does the timeout itself.
func readPersistTimeoutStartsAgain() {
	p, n := pair(), 0
	var a *event.Event
	a = base.NewEvent(p[0], event.Read|event.Persist, func(fd int, what event.What) {
		say("a %s", words(what))
		if what&event.Read != 0 {
			get(fd, 8)
		}
		if n++; n == 4 {
			del(a)
		}
	})
	putP := func() { put(p[1], "x") }
	add(a, 600)
	add(watch("put at 300", -1, 0, putP), 300)
	mark("750", 750)   // the first timeout would have been at 600
	mark("1100", 1100) // now it is at 900
	add(watch("put at 1200", -1, 0, putP), 1200)
	mark("1650", 1650) // instead of 1500; now it is at 1800
	loop(0)
}

func readPersistAddedAgainWithoutTimeout() {
	p := pair()
	var a *event.Event
	a = watch("a", p[0], event.Read|event.Persist, func() { del(a) })
	add(a, 300)
	add(a, -1)
	pending(a)
	loop(0)
	add(a, -1) // deleted and added: the old timeout is forgotten for the wait
	pending(a)
	del(a)
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
	add(a, 300)
	busy(400)
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
	add(a, 300)
	add(watch("b", p[0], event.Read, nil), -1)
	loop(0)
}

func writeWithTimeout() {
	p := pipes()
	a := watch("a", p[1], event.Write, nil)
	add(a, 2000)
	loop(0)
	for block := make([]byte, 4096); ; {
		if _, err := unix.Write(p[1], block); err != nil {
			break
		}
	}
	add(a, 100)
	loop(0)
}

func timerPersistAddsItselfWithoutTimeout() {
	n := 0
	var a *event.Event
	a = watch("a", -1, event.Persist, func() {
		add(a, -1)
		pending(a)
		if n++; n == 2 {
			del(a)
		}
	})
	add(a, 100)
	loop(0)
}

// Made active by hand, a persistent event's timeout starts from now.
func activeByHandStartsTheTimeout() {
	n := 0
	var a *event.Event
	a = watch("a", -1, event.Persist, func() {
		pending(a)
		if n++; n == 3 {
			del(a)
		}
	})
	add(a, 600)
	add(watch("b", -1, 0, nil), 400)
	loop(event.Once)
	a.Active(event.Write)
	mark("400 more", 400)
	loop(0)
}

func activeByHandEndsAOneShotTimer() {
	a := mark("a", 300)
	a.Active(event.Read)
	loop(0)
}

func manyTimersAddedAndDeleted() {
	var all [200]*event.Event
	for i := range all {
		all[i] = mark("", 1+i*7%200)
	}
	for i := 0; i < 200; i += 2 {
		del(all[i])
	}
	for i := 0; i < 200; i += 20 {
		all[i] = watch("one", -1, 0, nil)
		add(all[i], 1)
	}
	busy(300)
	loop(0)
}
