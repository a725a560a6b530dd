//go:build linux

package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"time"

	"fdlab/lab/trace"
)

// watched is a peer that records into a ring, and the reader of that ring: the
// instrument's part of the work, on the other core, without its screen.
type watched struct {
	runner
	ring   *trace.Ring
	reader *trace.Reader
	stop   chan struct{} // closed: the reader shall end
	taken  chan uint64   // how many records it has read
	report func(account)
}

// account is what became of the records of a run.
type account struct{ made, read, lost uint64 }

func (a account) String() string {
	return fmt.Sprintf("%d records made = %d read + %d lost", a.made, a.read, a.lost)
}

// watch makes the ring, and starts the child that records into it. If reading
// is false nobody takes records out, and the ring is soon full.
func watch(reading bool, start func(env []string, ring *os.File) (runner, error)) (*watched, error) {
	ring, err := trace.NewRing(trace.Slots)
	if err != nil {
		return nil, err
	}
	run, err := start([]string{trace.Environment + "=3"}, ring.File())
	if err != nil {
		return nil, errors.Join(err, ring.Close())
	}
	w := &watched{runner: run, ring: ring, reader: ring.Reader(),
		stop: make(chan struct{}), taken: make(chan uint64)}
	go w.read(reading)
	return w, nil
}

func (w *watched) read(reading bool) {
	batch, n := make([]trace.Record, 4096), uint64(0)
	for {
		for got := 1; got > 0 && reading; n += uint64(got) {
			got = w.reader.Read(batch)
		}
		select {
		case <-w.stop:
			for got := w.reader.Rest(batch); got > 0; got = w.reader.Rest(batch) {
				n += uint64(got)
			}
			w.taken <- n
			return
		case <-time.After(time.Millisecond):
		}
	}
}

// close ends the child, and compares the records that it says it has made with
// those that were read and those that were lost.
func (w *watched) close() error {
	var a account
	p, counts := w.runner.(*peer)
	if timed, ok := w.runner.(onCPU); ok {
		p, counts = timed.peer, true
	}
	if counts {
		p.in.Close()
		p.out = bufio.NewReader(p.out)
		if _, err := fmt.Fscanf(p.out, "made %d\n", &a.made); err != nil {
			counts = false
		}
	}
	err := w.runner.close()
	close(w.stop)
	a.read = <-w.taken
	a.lost = w.reader.Lost()
	if counts && w.report != nil {
		w.report(a)
	}
	if counts && a.read+a.lost != a.made {
		err = errors.Join(err, fmt.Errorf("%v: the accounting does not balance", a))
	}
	return errors.Join(err, w.ring.Close())
}
