// Wrong on purpose: the end is a flag and a ring that adds 0.
//
// told: adds-nothing
package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"log"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: 08-eventfd items.fifo answers.fifo")
	}
	w, err := start(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	err = dispatch(os.Args[1], w)
	if err = errors.Join(err, w.finish()); err != nil {
		log.Fatal(err)
	}
}

// dispatch is the dispatcher: a loop that watches the FIFO. Each byte that
// comes out of it is an item for the worker. It returns at the FIFO's end.
func dispatch(path string, w *worker) error {
	fd, err := sys.OpenFIFO(path, unix.O_RDONLY|unix.O_NONBLOCK, "")
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	defer sys.Close(fd)
	base, err := event.New(event.Config{Name: "dispatcher"})
	if err != nil {
		return err
	}
	defer base.Close()
	var ev *event.Event
	ev = base.NewEvent(fd, event.Read|event.Persist, func(int, event.What) {
		var buf [512]byte
		n, err := sys.Read(fd, buf[:])
		if err != nil || n == 0 {
			ev.Del() // the last event: dispatch returns
			return
		}
		for _, item := range buf[:n] {
			w.notify(item)
		}
	})
	if err := ev.Add(event.NoTimeout); err != nil {
		return err
	}
	_, err = base.Dispatch()
	return err
}

// worker is a thread with a loop of its own, a queue, and a doorbell: an
// eventfd, that is, one number in the kernel. It has one fd for both threads.
type worker struct {
	base    *event.Base
	ev      *event.Event // on bell
	bell    int
	answers int
	done    chan error // gets what the loop returned

	mu      sync.Mutex
	queue   []byte // under mu
	closing bool   // under mu
}

// start makes a worker, whose loop then runs on a thread of its own.
func start(answers string) (w *worker, err error) {
	w = &worker{done: make(chan error, 1)}
	if w.bell, err = sys.Eventfd(0, "bell"); err != nil {
		return nil, fmt.Errorf("eventfd: %w", err)
	}
	if err = sys.SetNonblock(w.bell, true); err != nil {
		return nil, err
	}
	// Read-write: it does not wait for somebody who answers.
	if w.answers, err = sys.OpenFIFO(answers, unix.O_RDWR, ""); err != nil {
		return nil, fmt.Errorf("open %s: %w", answers, err)
	}
	if w.base, err = event.New(event.Config{Name: "worker"}); err != nil {
		return nil, err
	}
	w.ev = w.base.NewEvent(w.bell, event.Read|event.Persist, w.rung)
	if err = w.ev.Add(event.NoTimeout); err != nil {
		return nil, err
	}
	go func() {
		_, err := w.base.Dispatch()
		w.done <- err
	}()
	return w, nil
}

// notify hands an item to the worker. It is called on the dispatcher's thread.
func (w *worker) notify(item byte) {
	w.mu.Lock()
	w.queue = append(w.queue, item)
	w.mu.Unlock()
	w.ring(1)
}

// ring adds to the number of the eventfd.
func (w *worker) ring(add uint64) {
	var num [8]byte
	binary.NativeEndian.PutUint64(num[:], add)
	if _, err := sys.Write(w.bell, num[:]); err != nil {
		log.Printf("ring: %v", err)
	}
}

// rung is the worker's callback: its bell's number is not 0.
func (w *worker) rung(int, event.What) {
	var sum [8]byte
	if _, err := sys.Read(w.bell, sum[:]); err != nil {
		log.Printf("bell: %v", err)
		return
	}
	for range binary.NativeEndian.Uint64(sum[:]) {
		if item, ok := w.pop(); ok {
			w.do(item)
		}
	}
	w.mu.Lock()
	ended := w.closing && len(w.queue) == 0
	w.mu.Unlock()
	if ended {
		w.ev.Del()
	}
}

// pop takes one item out of the queue. ok is false if there is none.
func (w *worker) pop() (item byte, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) == 0 {
		return 0, false
	}
	item, w.queue = w.queue[0], w.queue[1:]
	return item, true
}

// do does an item, that is, prints it. A question takes long: somebody must
// answer first. Meanwhile the worker is busy, and its loop stands still.
func (w *worker) do(item byte) {
	if item == '?' {
		var answer [1]byte
		sys.Read(w.answers, answer[:])
	}
	os.Stdout.Write([]byte{item})
}

// finish says that no more items will come, and waits until all are done.
func (w *worker) finish() error {
	w.mu.Lock()
	w.closing = true
	w.mu.Unlock()
	w.ring(0) // no item, only a look
	err := <-w.done
	sys.Close(w.bell)
	sys.Close(w.answers)
	return errors.Join(err, w.base.Close())
}
