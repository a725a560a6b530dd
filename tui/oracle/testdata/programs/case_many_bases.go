package main

import (
	"time"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

// Several loops, each on its own thread: one waits, one is busy, one spins, one
// sleeps in a callback.
func init() {
	cases["many-bases"] = func() {
		drain := func(fd int, _ event.What) {
			var p [64]byte
			sys.Read(fd, p[:])
		}
		run := func(name, backend string, callback event.Callback) int {
			r, w, err := sys.Pipe(name)
			must(err)
			base := loop(name, backend)
			must(base.NewEvent(r, event.Read|event.Persist, callback).Named(name).Add(event.NoTimeout))
			go base.Dispatch()
			return w
		}
		run("waits", "epoll", drain)
		slow := run("slow", "poll", func(fd int, what event.What) {
			time.Sleep(400 * time.Millisecond)
			drain(fd, what)
		})
		spins := run("spins", "select", func(int, event.What) {})
		time.Sleep(300 * time.Millisecond)
		for range 4 {
			sys.Write(slow, []byte("slow"))
			time.Sleep(600 * time.Millisecond)
		}
		sys.Write(spins, []byte("never read"))
	}
}
