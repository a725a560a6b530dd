package main

import (
	"time"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

// An event that makes itself active in its callback: nobody else is heard.
func init() {
	cases["active-starves"] = func() {
		base := loop("loop", "")
		a, b, err := sys.Socketpair("client")
		must(err)
		sys.Write(b, []byte("x"))
		must(base.NewEvent(a, event.Read|event.Persist, func(fd int, _ event.What) {
			var p [4]byte
			sys.Read(fd, p[:])
		}).Named("client").Add(event.NoTimeout))
		stop := time.Now().Add(2 * time.Second)
		var again *event.Event
		again = base.NewTimer(func(int, event.What) {
			if time.Now().Before(stop) {
				again.Active(event.Timeout)
			} else {
				base.Break()
			}
		}).Named("again")
		again.Active(event.Timeout)
		base.Dispatch()
	}
}
