//go:build linux

// The workloads in ordinary Go: a goroutine for each pipe and connection, and
// under them the runtime's own epoll loop.
package main

import (
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"fdlab/lab/event/peers/child"
)

func main() {
	switch {
	case len(os.Args) > 1 && os.Args[1] == "cascade":
		cascade()
	case len(os.Args) > 1 && os.Args[1] == "echo":
		echo()
	default:
		child.Die("no such workload")
	}
}

// cascade is the classic workload (see ../libevent/cascade.c).
func cascade() { // epoll PIPES ACTIVE
	pipes, active := child.Number(1), child.Number(2)
	readers, writers := make([]*os.File, pipes), make([]*os.File, pipes)
	var count, fired, writes atomic.Int64
	done := make(chan bool)
	for i := range pipes {
		var err error
		if readers[i], writers[i], err = os.Pipe(); err != nil {
			child.Die("%v: the limit of open fds is too low", err)
		}
	}
	for i := range pipes {
		in, out := readers[i], writers[(i+1)%pipes]
		go func() {
			buffer := make([]byte, 1)
			for {
				if _, err := in.Read(buffer); err != nil {
					child.Die("%v", err)
				}
				if writes.Add(-1) >= 0 {
					fired.Add(1)
					out.Write(buffer)
				}
				if count.Add(1) == fired.Load() && writes.Load() < 0 {
					done <- true
				}
			}
		}()
	}
	child.Serve(func(n int) float64 {
		count.Store(0)
		fired.Store(int64(active))
		writes.Store(int64(n))
		for i := range active {
			writers[i*(pipes/active)].Write([]byte("e"))
		}
		start := time.Now()
		<-done
		return float64(time.Since(start)) / float64(count.Load())
	})
}

// echo is an echo server with a buffer for each connection: a goroutine that
// sleeps in Read must have one.
func echo() {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	child.Must(err)
	go func() {
		os.Stdin.Read(make([]byte, 1))
		syscall.Exit(0)
	}()
	child.Listening(listener.Addr().(*net.TCPAddr).Port)
	for {
		c, err := listener.Accept()
		child.Must(err)
		go func() {
			defer c.Close()
			buffer := make([]byte, 4096)
			for {
				n, err := c.Read(buffer)
				if err != nil {
					return
				}
				if _, err := c.Write(buffer[:n]); err != nil {
					return
				}
			}
		}()
	}
}
