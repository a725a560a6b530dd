//go:build linux

// A wake-up on bare epoll in Go, without any loop: the least that it can cost a
// Go program. It is ../epoll/wake.c, line by line.
package main

import (
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event/peers/child"
)

var one = []byte{1, 0, 0, 0, 0, 0, 0, 0} // what an eventfd takes

func main() { // wake pipe|eventfd CPU OTHER-CPU
	if len(os.Args) < 5 || os.Args[1] != "wake" {
		child.Die("no such workload")
	}
	runtime.LockOSThread()
	child.Pin(child.Number(1))
	answer, err := unix.Eventfd(0, 0)
	child.Must(err)
	in, out, token := notifier(child.Word(0))
	epoll, err := unix.EpollCreate1(0)
	child.Must(err)
	child.Must(unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, in, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(in)}))

	begin := make(chan int)
	go func() {
		runtime.LockOSThread()
		child.Pin(child.Number(2))
		got := make([]byte, 8)
		for n := range begin {
			for range n {
				unix.Write(out, token)
				unix.Read(answer, got)
			}
		}
	}()
	ready, got := make([]unix.EpollEvent, 32), make([]byte, 8)
	child.Serve(func(n int) float64 {
		start := time.Now()
		begin <- n
		for heard := 0; heard < n; {
			if woken, _ := unix.EpollWait(epoll, ready, -1); woken < 1 { // EINTR is normal
				continue
			}
			unix.Read(in, got)
			unix.Write(answer, one)
			heard++
		}
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
