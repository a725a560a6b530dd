//go:build linux

package differential

import (
	"os"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
)

// How a loop runs and why it ends; signals. The twins are in testdata/loops.c.
var loops = []func(){loopEmpty, loopNonBlock, loopNonBlockGoesOnWhileReady, loopOnce,
	loopOnceRunsTheWholeQueue, loopNoExitOnEmpty, exitAfterATime, exitOfAnEmptyBase,
	exitLetsActiveEventsRun, exitTwice, breakInACallback, breakBeforeTheLoop, breakAndExit,
	breakOnce, breakLeavesOtherPriorities, continueLooksFirst, continueBeforeTheLoop,
	nestedSameBase, nestedOtherBase, twoBasesTakeTurns, signalOneShot, signalPersist,
	signalTwoEvents, signalThreeRaises, signalDeletedInItsFirstCall,
	signalThreeRaisesWhileBlocked, signalTimeout, signalDoesNotInterruptACallback, signalRaisedBeforeALook,
	signalActiveByHand, signalTwoBases, signalDeletedTerminate, signalDeletedUser}

func active(name string, then func()) *event.Event {
	e := watch(name, -1, 0, then)
	must(e.Active(event.Read))
	return e
}

func exitNow() { base.Exit(0) }

func loopEmpty() {
	loop(0)
	loop(event.Once)
	loop(event.NonBlock)
	loop(event.Once | event.NonBlock)
	loop(event.NonBlock | event.NoExitOnEmpty)
}

func loopNonBlock() {
	p := pair()
	add(watch("a", p[0], event.Read|event.Persist, nil), -1)
	loop(event.NonBlock) // nothing is ready
	put(p[1], "x")
	loop(event.NonBlock | event.Once)
	loop(event.NonBlock | event.Once)
}

// It never sleeps, and yet it goes round for as long as something is ready.
func loopNonBlockGoesOnWhileReady() {
	p, n := pair(), 0
	put(p[1], "x")
	add(watch("a", p[0], event.Read|event.Persist, func() {
		if n++; n == 4 {
			drain(p[0])
		}
	}), -1)
	loop(event.NonBlock)
}

func loopOnce() {
	p := pair()
	add(watch("timer", -1, 0, func() { put(p[1], "x") }), 100)
	add(watch("a", p[0], event.Read|event.Persist, func() { drain(p[0]) }), -1)
	loop(event.Once)
	loop(event.Once)
	loop(event.NonBlock)
}

// Once goes on for as long as callbacks fill the queue.
func loopOnceRunsTheWholeQueue() {
	b := watch("b", -1, 0, nil)
	active("a", func() { b.Active(event.Read) })
	active("c", nil)
	loop(event.Once)
	loop(event.Once)
}

func loopNoExitOnEmpty() {
	base.Exit(200 * time.Millisecond)
	loop(event.NoExitOnEmpty)
	add(watch("a", -1, 0, nil), 50)
	base.Exit(200 * time.Millisecond)
	loop(event.NoExitOnEmpty)
	loop(0)
}

// An exit counts as an event: the loop waits for it.
func exitAfterATime() {
	add(watch("100", -1, 0, nil), 100)
	a := watch("20000", -1, 0, nil)
	add(a, 20000)
	base.Exit(300 * time.Millisecond)
	loop(0)
	del(a)
	loop(0)
}

func exitOfAnEmptyBase() {
	base.Exit(0)
	loop(0)
	loop(0)
}

func exitLetsActiveEventsRun() {
	active("a", nil)
	active("b", exitNow)
	active("c", nil)
	loop(0)
	active("d", nil)
	loop(0)
}

func exitTwice() {
	active("a", exitNow)
	active("b", exitNow)
	loop(0)
	loop(0)
}

// Break leaves the rest for the next loop.
func breakInACallback() {
	active("a", nil)
	active("b", base.Break)
	active("c", nil)
	loop(0)
	loop(0)
}

func breakBeforeTheLoop() {
	base.Break()
	active("a", nil)
	loop(0)
}

func breakAndExit() {
	active("a", func() {
		base.Exit(0)
		base.Break()
	})
	active("b", nil)
	loop(0)
	loop(0)
	loop(0)
}

func breakOnce() {
	active("a", base.Break)
	active("b", nil)
	loop(event.Once)
	loop(event.NonBlock)
}

func breakLeavesOtherPriorities() {
	priorities(3)
	active("middle", base.Break)
	a := watch("high", -1, 0, nil)
	must(a.SetPriority(0))
	a.Active(event.Read)
	active("middle too", nil)
	loop(0)
	loop(0)
}

// Continue begins the next turn: the queue goes on after the look.
func continueLooksFirst() {
	priorities(2)
	p := pair()
	a := watch("high", p[0], event.Read, nil)
	must(a.SetPriority(0))
	add(a, -1)
	active("low 1", func() { put(p[1], "x") })
	active("low 2", base.Continue)
	active("low 3", nil)
	loop(0)
}

func continueBeforeTheLoop() {
	base.Continue()
	active("a", nil)
	active("b", nil)
	loop(0)
}

// A loop inside a loop.

func nestedSameBase() {
	active("a", func() { loop(0) })
	active("b", nil)
	loop(0)
}

// The outer base's fd waits until the inner loop has returned.
func nestedOtherBase() {
	p, inner := pair(), another(1)
	add(watch("outer a", -1, 0, func() { loopOn(inner, 0) }), 100)
	add(watch("outer b", p[0], event.Read, nil), -1)
	add(watchOn(inner, "inner", -1, 0, func() { put(p[1], "x") }), 200)
	add(watchOn(inner, "inner later", -1, 0, nil), 400)
	loop(0)
}

func twoBasesTakeTurns() {
	inner, p, q := another(1), pair(), pair()
	add(watch("a", p[0], event.Read|event.Persist, func() { drain(p[0]) }), -1)
	add(watchOn(inner, "b", q[0], event.Read, nil), -1)
	put(p[1], "x")
	loop(event.NonBlock)
	loopOn(inner, event.NonBlock)
	put(q[1], "x")
	loop(event.NonBlock)
	loopOn(inner, event.NonBlock)
	loopOn(inner, 0)
}

// Signals.

func usr1() { must(unix.Kill(os.Getpid(), unix.SIGUSR1)) }

func signalOneShot() {
	var a *event.Event
	a = watch("a", int(unix.SIGUSR1), event.Signal, func() { pending(a) })
	add(a, -1)
	pending(a)
	usr1()
	loop(0)
	pending(a)
}

func signalPersist() {
	n := 0
	var a *event.Event
	a = watch("a", int(unix.SIGUSR1), event.Signal|event.Persist, func() {
		if n++; n < 3 {
			usr1()
		} else {
			del(a)
		}
	})
	add(a, -1)
	add(watch("raise", -1, 0, usr1), 100) // it ends a wait without end
	loop(0)
	pending(a)
}

func signalTwoEvents() {
	add(watch("a", int(unix.SIGUSR1), event.Signal, nil), -1)
	add(watch("b", int(unix.SIGUSR1), event.Signal, nil), -1)
	add(watch("c", int(unix.SIGUSR2), event.Signal, nil), -1)
	usr1()
	loop(event.Once)
	must(unix.Kill(os.Getpid(), unix.SIGUSR2))
	loop(0)
}

// The Go runtime merges what follows closely.
func signalThreeRaises() {
	add(watch("a", int(unix.SIGUSR1), event.Signal, nil), -1)
	usr1()
	usr1()
	usr1()
	loop(0)
}

// What is deleted in its first call gets no second one.
func signalDeletedInItsFirstCall() {
	var a *event.Event
	a = watch("a", int(unix.SIGUSR1), event.Signal|event.Persist, func() { del(a) })
	add(a, -1)
	usr1()
	usr1()
	usr1()
	loop(0)
}

// While it is blocked, the kernel keeps one. A thread's mask is its own, and the
// Go runtime catches a signal on any: so the raises are for this thread alone.
func signalThreeRaisesWhileBlocked() {
	add(watch("a", int(unix.SIGUSR1), event.Signal, nil), -1)
	set := unix.Sigset_t{Val: [16]uint64{1 << (unix.SIGUSR1 - 1)}}
	locked(func() {
		must(unix.PthreadSigmask(unix.SIG_BLOCK, &set, nil))
		for range 3 {
			must(unix.Tgkill(os.Getpid(), unix.Gettid(), unix.SIGUSR1))
		}
		must(unix.PthreadSigmask(unix.SIG_UNBLOCK, &set, nil))
	})
	loop(0)
}

func signalTimeout() {
	var a *event.Event
	a = watch("a", int(unix.SIGUSR1), event.Signal|event.Persist, func() { pending(a) })
	add(a, 100)
	loop(0)
	pending(a)
}

// A signal does not interrupt a callback: it waits for the next look.
func signalDoesNotInterruptACallback() {
	add(watch("signal", int(unix.SIGUSR1), event.Signal, nil), -1)
	active("a", func() {
		usr1()
		busy(200)
	})
	active("b", nil)
	loop(0)
}

// A signal that was raised before the look is found by it. tgkill sends it to
// this thread, so it has come when the call returns.
func signalRaisedBeforeALook() {
	add(watch("a", int(unix.SIGUSR1), event.Signal|event.Persist, nil), -1)
	locked(func() {
		for range 20 {
			must(unix.Tgkill(os.Getpid(), unix.Gettid(), unix.SIGUSR1))
			loop(event.NonBlock)
		}
	})
}

func signalActiveByHand() {
	watch("a", int(unix.SIGUSR1), event.Signal, nil).Active(event.Signal)
	loop(0)
}

// Two bases ask for one signal.
func signalTwoBases() {
	inner := another(1)
	add(watch("first", int(unix.SIGUSR1), event.Signal, nil), -1)
	add(watchOn(inner, "second", int(unix.SIGUSR1), event.Signal, nil), -1)
	usr1()
	busy(1000)
	loop(event.NonBlock)
	loopOn(inner, event.NonBlock)
}

// Deleted: the signal does again what it does by default.
func signalDeletedTerminate() { addDelRaise(unix.SIGTERM) }
func signalDeletedUser()      { addDelRaise(unix.SIGUSR1) }

func addDelRaise(number unix.Signal) {
	a := watch("a", int(number), event.Signal|event.Persist, nil)
	add(a, -1)
	del(a)
	must(unix.Kill(os.Getpid(), number))
	busy(2000)
	say("still here")
}
