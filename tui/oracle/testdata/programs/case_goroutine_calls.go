package main

import (
	"time"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

// A goroutine that is not locked to a thread makes calls that may block. Go may
// move it to another thread between the call's begin and its end.
func init() {
	cases["goroutine-calls"] = func() {
		a, b, err := sys.Socketpair("pair")
		must(err)
		quiet, never, err := sys.Pipe("quiet")
		must(err)
		base := loop("loop", "")
		must(base.NewEvent(a, event.Read|event.Persist, func(fd int, _ event.What) {
			var p [64]byte
			sys.Read(fd, p[:])
		}).Named("reader").Add(event.NoTimeout))
		go func() {
			for range 3000 {
				sys.Write(b, []byte("x"))
				time.Sleep(200 * time.Microsecond)
			}
		}()
		go func() { // reads that block for a moment, from several goroutines in turn
			r, w, err := sys.Pipe("turns")
			must(err)
			for range 300 {
				done := make(chan bool)
				go func() {
					var p [8]byte
					sys.Read(r, p[:])
					close(done)
				}()
				time.Sleep(time.Millisecond)
				sys.Write(w, []byte("turn"))
				<-done
			}
			sys.Write(w, []byte("and nobody reads this")) // ready, and nobody is blocked
		}()
		go func() { // and one that stays blocked
			var p [8]byte
			sys.Read(quiet, p[:])
		}()
		_ = never
		base.Dispatch()
	}
}
