//go:build linux

package main

import (
	"time"

	"fdlab/lab/event"
	"fdlab/lab/event/peers/child"
)

// active makes an event active by hand, from its own callback.
func active() {
	base := newBase("")
	left := 0
	var e *event.Event
	e = base.NewEvent(-1, 0, func(int, event.What) {
		if left--; left > 0 {
			e.Active(event.Read)
		}
	})
	child.Serve(func(n int) float64 {
		left = n
		e.Active(event.Read)
		start := time.Now()
		base.Dispatch()
		return float64(time.Since(start)) / float64(n)
	})
}

// far is a deadline that no run lives to see.
func far(ms int) time.Duration { return 1000*time.Second + time.Duration(ms)*time.Millisecond }

func pendingTimers() (base *event.Base, events []*event.Event, expired *int) {
	base, events, expired = newBase(""), make([]*event.Event, child.Number(0)), new(int)
	for i := range events {
		events[i] = base.NewTimer(func(int, event.What) { *expired++ })
		child.Must(events[i].Add(far(i * 7919 % len(events))))
	}
	return base, events, expired
}

// timers deletes and adds one timer among many.
func timers() { // PENDING
	_, events, _ := pendingTimers()
	child.Serve(func(n int) float64 {
		start := time.Now()
		for i := range n {
			e := events[i%len(events)]
			e.Del()
			e.Add(far(i * 104729 % len(events)))
		}
		return float64(time.Since(start)) / float64(n)
	})
}

// expire gives n of the timers deadlines 1 us apart, in disorder; only when all
// are over does the loop come, and only the loop is timed.
func expire() { // PENDING
	base, events, expired := pendingTimers()
	child.Serve(func(n int) float64 {
		for i, e := range events[:n] {
			e.Add(time.Duration(i*7919%n) * time.Microsecond)
		}
		for until := time.Now().Add(time.Duration(n)*time.Microsecond + 12*time.Millisecond); time.Now().Before(until); {
		}
		*expired = 0
		start := time.Now()
		base.Loop(event.Once)
		took := time.Since(start)
		if *expired != n {
			child.Die("%d of %d timers expired", *expired, n)
		}
		for i, e := range events[:n] {
			e.Add(far(i))
		}
		return float64(took) / float64(n)
	})
}
