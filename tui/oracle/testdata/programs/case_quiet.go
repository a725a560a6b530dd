package main

import (
	"runtime"
	"time"

	"fdlab/lab/event"
	"fdlab/lab/sys"
	"fdlab/lab/trace"
)

// Everything stands still, in plain sight: a thread blocked in read, a loop that
// waits, a loop inside a callback while its other fd has five bytes.
func init() {
	cases["quiet"] = func() {
		still, _, err := sys.Pipe("still")
		must(err)
		waits, _, err := sys.Pipe("waits")
		must(err)
		first, feed, err := sys.Pipe("first")
		must(err)
		late, other, err := sys.Pipe("late")
		must(err)
		thread := func(name string, do func()) {
			go func() {
				runtime.LockOSThread()
				rec := trace.Process()
				rec.Put(&trace.Record{Kind: trace.ThreadBegin, FD: trace.NoFD, Str: rec.String(name)})
				do()
			}()
		}
		thread("blocked", func() {
			var p [8]byte
			sys.Read(still, p[:])
		})
		thread("waiting", func() {
			base := loop("waiting", "epoll")
			must(base.NewEvent(waits, event.Read|event.Persist, func(int, event.What) {}).Named("waits").Add(event.NoTimeout))
			base.Dispatch()
		})
		thread("busy", func() {
			base := loop("busy", "poll")
			must(base.NewEvent(first, event.Read, func(int, event.What) {
				sys.Write(other, []byte("five!"))
				time.Sleep(lasts)
			}).Named("first").Add(event.NoTimeout))
			must(base.NewEvent(late, event.Read, func(int, event.What) {}).Named("late").Add(event.NoTimeout))
			sys.Write(feed, []byte("go"))
			base.Dispatch()
		})
	}
}
