//go:build linux

package main

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/event/peers/child"
)

var one = []byte{1, 0, 0, 0, 0, 0, 0, 0} // what an eventfd takes

// wake is a wake-up from another thread, there and back: by a pipe or an
// eventfd that an event watches, or by Base.Post. The other thread waits in
// read(2) for the loop's answer.
func wake() { // pipe|eventfd|post CPU OTHER-CPU
	child.Pin(child.Number(1))
	base, how := newBase("epoll"), child.Word(0)
	answer, err := unix.Eventfd(0, 0)
	child.Must(err)
	left := 0
	heard := func() {
		if left--; left == 0 {
			base.Break()
		}
		write(answer, one)
	}
	wakeLoop := func() { base.Post(heard) }
	if how != "post" {
		in, out, token := notifier(how)
		got := make([]byte, 8)
		e := base.NewEvent(in, event.Read|event.Persist, func(fd int, _ event.What) {
			if read(fd, got) > 0 {
				heard()
			}
		})
		child.Must(e.Add(event.NoTimeout))
		wakeLoop = func() { write(out, token) }
	}

	begin, ended := make(chan int), make(chan bool)
	go func() {
		runtime.LockOSThread()
		child.Pin(child.Number(2))
		got := make([]byte, 8)
		for n := range begin {
			for range n {
				wakeLoop()
				unix.Read(answer, got) // it blocks, so the scheduler must know
			}
			ended <- true
		}
	}()
	child.Serve(func(n int) float64 {
		left = n
		start := time.Now()
		begin <- n
		base.Loop(event.NoExitOnEmpty)
		<-ended
		return float64(time.Since(start)) / float64(n)
	})
}

func notifier(how string) (in, out int, token []byte) {
	if how == "pipe" {
		var ends [2]int
		child.Must(unix.Pipe2(ends[:], unix.O_NONBLOCK))
		return ends[0], ends[1], one[:1]
	}
	fd, err := unix.Eventfd(0, unix.EFD_NONBLOCK)
	child.Must(err)
	return fd, fd, one
}

// post hands functions to a loop that has some waiting already.
func post() {
	base := newBase("")
	called := 0
	do := func() { called++ }
	child.Serve(func(n int) float64 {
		called = 0
		base.Post(do)
		start := time.Now()
		for range n {
			base.Post(do)
		}
		took := time.Since(start)
		base.Loop(event.NonBlock)
		if called != n+1 {
			child.Die("%d of %d posted functions were called", called, n+1)
		}
		return float64(took) / float64(n)
	})
}
