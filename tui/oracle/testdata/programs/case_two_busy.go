package main

import (
	"time"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

// A loop that never sleeps: two fds can always be written to. One callback writes a byte and
// takes it out again, the other does nothing; the turns are alike, and gathered. Now and
// then a byte on a third fd, from another thread, interrupts them.
func init() {
	cases["two-busy"] = func() {
		base := loop("loop", "")
		pipe := func(label string) (r, w int) {
			r, w, err := sys.Pipe(label)
			must(err)
			must(sys.SetNonblock(r, true))
			must(sys.SetNonblock(w, true))
			return r, w
		}
		watch := func(fd int, what event.What, name string, do func()) {
			must(base.NewEvent(fd, what|event.Persist, func(int, event.What) { do() }).Named(name).Add(event.NoTimeout))
		}
		var p [4]byte
		r, w := pipe("used")
		watch(w, event.Write, "used", func() {
			sys.Write(w, []byte("x"))
			sys.Read(r, p[:])
		})
		_, unused := pipe("unused")
		watch(unused, event.Write, "unused", func() {})
		sometimes, feed := pipe("sometimes")
		watch(sometimes, event.Read, "sometimes", func() { sys.Read(sometimes, p[:]) })
		go func() {
			for {
				time.Sleep(100 * time.Millisecond)
				sys.Write(feed, []byte("y"))
			}
		}()
		base.Dispatch()
	}
}
