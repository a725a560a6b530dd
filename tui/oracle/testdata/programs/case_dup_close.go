package main

import (
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

// An fd is closed without Del, and a dup keeps the file: epoll goes on telling.
func init() {
	cases["dup-close"] = func() {
		base := loop("loop", "epoll")
		r, w, err := sys.Pipe("p")
		must(err)
		d := try(unix.Dup(r))
		must(sys.Adopt(d, "dup", "dup of p"))
		must(base.NewEvent(r, event.Read|event.Persist, func(fd int, _ event.What) {
			var b [8]byte
			sys.Read(fd, b[:])
		}).Named("p").Add(event.NoTimeout))
		sys.Close(r)
		base.Post(func() { time.AfterFunc(time.Second, func() { sys.Write(w, []byte("hello")) }) })
		base.Exit(3 * time.Second)
		base.Dispatch()
	}
}
