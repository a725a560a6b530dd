//go:build linux

package main

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/event/peers/child"
)

// cascade is libevent's classic workload, line by line as ../libevent/cascade.c
// has it. With a last argument "dispatch" one call of the loop does it all; the
// classic calls the loop again for each turn.
func cascade() { // BACKEND PIPES ACTIVE [dispatch]
	base, pipes, active := newBase(child.Word(0)), child.Number(1), child.Number(2)
	dispatch := child.Word(3) == "dispatch"
	ends, events := make([][2]int, pipes), make([]*event.Event, pipes)
	var count, fired, writes, rounds, loops int
	byte1 := []byte("e")
	for i := range pipes {
		if err := unix.Pipe2(ends[i][:], unix.O_NONBLOCK); err != nil {
			child.Die("pipe: %v: the limit of open fds is too low", err)
		}
		next := (i + 1) % pipes
		events[i] = base.NewEvent(ends[i][0], event.Read|event.Persist, func(fd int, _ event.What) {
			count += read(fd, byte1)
			if writes > 0 {
				if write(ends[next][1], byte1) != 1 {
					child.Die("write to a pipe failed")
				}
				writes--
				fired++
			} else if dispatch && count == fired {
				base.Break()
			}
		})
		child.Must(events[i].Add(event.NoTimeout))
	}
	child.Serve(func(n int) float64 {
		rounds++
		for _, e := range events {
			e.Del()
			e.Add(event.NoTimeout)
		}
		loops++
		base.Loop(event.Once | event.NonBlock)
		count, fired = 0, active
		for i := range active {
			write(ends[i*(pipes/active)][1], byte1)
		}
		writes = n
		start := time.Now()
		if dispatch {
			loops++
			base.Dispatch()
		} else {
			for count != fired {
				loops++
				base.Loop(event.Once | event.NonBlock)
			}
		}
		return float64(time.Since(start)) / float64(count)
	})
	// What the trace must hold, for the one who counts (../watched.go): the base
	// and its events; two records a call of the loop, two a turn, three a callback.
	did := base.Stats()
	fmt.Println("made", 1+pipes+2*pipes*rounds+2*loops+2*int(did.Turns)+3*int(did.Callbacks))
}
