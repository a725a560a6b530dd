//go:build linux

package differential

import (
	"sync"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
)

// Mistakes and limits (closed fds, fd numbers), and other threads. The twins are
// in testdata/limits.c.
var limits = []func(){closeAPendingFd, closeAPendingFdInACallback, closeAndReuseTheNumber,
	deleteBeforeClose, activeByHandAfterDelAndClose, activeByHandAfterDel, activeByHandAfterClose,
	activeByHandAfterCloseWithATimeout, closeADuplicatedFd, closeADuplicatedFdAndReuseTheNumber,
	deleteADuplicatedFdTooLate, addNeverOpen, addNegative, fd1023, fd1024, prioritiesMost,
	wakeActive, wakeBeforeReadyFds, wakeBreak, breakFromAnotherThread, wakeExit,
	wakeFromManyThreads, addFromAnotherThread, deleteFromAnotherThread, loopOnTwoThreads,
	loopMovesBetweenThreads}

// A pending event's fd is closed. The loop goes at most three turns: a storm
// would show in them.

func stopAt3(fd int) *event.Event {
	n := 0
	return watch("a", fd, reading, func() {
		get(fd, 8)
		if n++; n == 3 {
			base.Break()
		}
	})
}

func closeAPendingFd() {
	p := pair()
	a := stopAt3(p[0])
	add(a, -1)
	unix.Close(p[0])
	loop(event.NonBlock)
	del(a)
	loop(0)
}

func closeAPendingFdInACallback() {
	p, q := pair(), pair()
	a := stopAt3(p[0])
	add(a, -1)
	add(watch("b", q[0], event.Read, func() { unix.Close(p[0]) }), -1)
	put(q[1], "x")
	loop(event.NonBlock)
	del(a)
}

// The number is another file by the time of the second add. Under epoll the
// kernel has forgotten the first.
func closeAndReuseTheNumber() {
	p := pair()
	add(watch("old", p[0], reading, nil), -1)
	unix.Close(p[0])
	q := pair()
	if q[0] == p[0] {
		say("same number")
	} else {
		say("another number")
	}
	put(q[1], "x")
	loop(look)
	add(watch("new", q[0], reading, nil), -1)
	loop(look)
}

func deleteBeforeClose() {
	p := pair()
	a := watch("old", p[0], reading, nil)
	add(a, -1)
	del(a)
	unix.Close(p[0])
	q := pair()
	put(q[1], "x")
	add(watch("new", q[0], event.Read, nil), -1)
	loop(0)
}

// Made active by hand, after its fd was closed.

func afterClose(ms int, deleted, closed bool) {
	p := pair()
	var a *event.Event
	a = watch("a", p[0], reading, func() { pending(a) })
	add(a, ms)
	if deleted {
		del(a)
	}
	if closed {
		unix.Close(p[0])
	}
	a.Active(event.Read)
	loop(look)
	pending(a)
}

func activeByHandAfterDelAndClose()       { afterClose(100000, true, true) }
func activeByHandAfterDel()               { afterClose(100000, true, false) }
func activeByHandAfterClose()             { afterClose(-1, false, true) }
func activeByHandAfterCloseWithATimeout() { afterClose(100000, false, true) }

// A duplicate keeps the file of the closed fd open: epoll goes on telling of it.

func stopAt10000(fd int) *event.Event {
	n := 0
	return watch("", fd, reading, func() {
		if n++; n == 10000 {
			base.Break()
		}
	})
}

func duplicated() (p [2]int) {
	p = pair()
	_, err := unix.Dup(p[0])
	must(err)
	return p
}

func closeADuplicatedFd() {
	p := duplicated()
	add(stopAt10000(p[0]), -1)
	unix.Close(p[0])
	put(p[1], "x")
	loop(0)
}

func closeADuplicatedFdAndReuseTheNumber() {
	p := duplicated()
	add(stopAt10000(p[0]), -1)
	unix.Close(p[0])
	pair() // nobody writes to it: poll and select sleep
	put(p[1], "x")
	add(watch("", -1, 0, base.Break), 1500)
	loop(0)
}

func deleteADuplicatedFdTooLate() {
	p := duplicated()
	a := watch("a", p[0], reading, nil)
	add(a, -1)
	unix.Close(p[0])
	del(a)
	put(p[1], "x")
	mark("timer", 1000)
	loop(0)
}

func addNeverOpen() {
	add(stopAt3(900), -1)
	loop(event.NonBlock)
}

func addNegative() {
	a := watch("a", -1, event.Read, nil)
	add(a, -1)
	pending(a)
	loop(event.NonBlock)
}

// The fd numbers around FD_SETSIZE.

func numbered(fd int) int {
	must(unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 4096, Max: 4096}))
	p := pair()
	put(p[1], "x")
	must(unix.Dup3(p[0], fd, 0))
	return fd
}

func fd1023() {
	add(watch("a", numbered(1023), event.Read, nil), -1)
	loop(0)
}

func fd1024() {
	add(watch("a", numbered(1024), event.Read, nil), -1)
	loop(0)
}

func prioritiesMost() {
	for _, count := range []int{255, 256} {
		made, err := event.New(event.Config{Backend: backend, Priorities: count})
		say("%d: %d", count, code(err))
		if err == nil {
			must(made.Close())
		}
	}
}

// Other threads.

// start runs the loop on another thread, and returns when it runs. join waits
// for its end.
func start() (join func()) {
	running, done := make(chan struct{}), make(chan struct{})
	watch("", -1, 0, func() { close(running) }).Active(event.Read)
	go func() {
		defer close(done)
		loop(0)
	}()
	<-running
	busy(100) // by now it sleeps; if not, it is told all the same
	return func() { <-done }
}

// It waits without end, and another thread makes it act at once. Where libevent
// has locks, the lab has Post.
func wakeActive() {
	p := pair()
	a := watch("a", p[0], event.Read, nil)
	add(a, -1)
	join := start()
	base.Post(func() { a.Active(event.Write) })
	join()
}

// What another thread asks for comes before the fds that are ready by then.
func wakeBeforeReadyFds() {
	p, q, begun, back := pair(), pair(), make(chan struct{}), make(chan struct{})
	add(watch("fd", q[0], event.Read, nil), -1)
	add(watch("busy", p[0], event.Read, func() {
		close(begun)
		<-back
	}), -1)
	join := start()
	put(p[1], "x")
	<-begun
	put(q[1], "x")
	base.Post(func() { say("posted timeout") })
	close(back)
	join()
}

func wakeBreak() {
	p := pair()
	a := watch("a", p[0], event.Read, nil)
	add(a, -1)
	join := start()
	base.Break()
	join()
	pending(a)
}

// The loop is in a callback: the rest of the queue waits for the next loop.
func breakFromAnotherThread() {
	p, begun, back := pair(), make(chan struct{}), make(chan struct{})
	add(watch("a", p[0], event.Read, nil), -1)
	add(watch("b", p[0], event.Read, func() { // the first
		close(begun)
		<-back
	}), -1)
	join := start()
	put(p[1], "x")
	<-begun
	base.Break()
	close(back)
	join()
	loop(0)
}

func wakeExit() {
	p := pair()
	a := watch("a", p[0], event.Read, nil)
	add(a, -1)
	join := start()
	base.Exit(0)
	join()
	pending(a)
}

// A function for the loop's thread.
func wakeFromManyThreads() {
	p, left := pair(), 300
	add(watch("a", p[0], event.Read, nil), -1)
	join := start()
	var posting sync.WaitGroup
	for range 3 {
		posting.Go(func() {
			for range 100 {
				base.Post(func() {
					if left--; left == 0 {
						say("300 calls")
						base.Break()
					}
				})
			}
		})
	}
	posting.Wait()
	join()
}

// Add from another thread is an error that says so.
func addFromAnotherThread() {
	p, q := pair(), pair()
	put(q[1], "x")
	add(watch("a", p[0], event.Read, nil), -1)
	b := watch("b", q[0], event.Read, nil)
	join := start()
	add(b, -1)
	base.Break()
	join()
}

// Del from another thread is an error that says so.
func deleteFromAnotherThread() {
	p, q, begun, back := pair(), pair(), make(chan struct{}), make(chan struct{})
	a := watch("a", p[0], reading, func() {
		drain(p[0])
		close(begun)
		<-back
		say("a ends")
	})
	add(a, -1)
	add(watch("b", q[0], event.Read, nil), -1) // keeps the loop alive
	join := start()
	put(p[1], "x")
	<-begun
	del(a)
	say("deleted")
	base.Break()
	close(back)
	join()
}

func loopOnTwoThreads() {
	p := pair()
	add(watch("a", p[0], event.Read, func() { drain(p[0]) }), -1)
	join := start()
	_, err := base.Loop(0)
	say("loop %d", code(err))
	put(p[1], "x")
	join()
}

// One base, made here and run there, and here again.
func loopMovesBetweenThreads() {
	p := pair()
	var a *event.Event
	a = watch("a", p[0], event.Read, func() { pending(a) })
	add(a, -1)
	join := start()
	put(p[1], "x")
	join()
	add(a, -1)
	loop(0)
}
