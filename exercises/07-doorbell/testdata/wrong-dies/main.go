// Wrong on purpose: a full pipe ends the program.
//
// told: ring-is-error
package main

import (
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
		log.Fatal("usage: 07-doorbell items.fifo answers.fifo")
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

// worker is a thread with a loop of its own, a queue, and a doorbell: a pipe.
type worker struct {
	base       *event.Base
	ev         *event.Event // on bell
	bell, ring int          // the end that the loop watches, and the dispatcher's
	answers    int
	done       chan error // gets what the loop returned

	mu    sync.Mutex
	queue []byte // under mu
}

// start makes a worker, whose loop then runs on a thread of its own.
func start(answers string) (w *worker, err error) {
	w = &worker{done: make(chan error, 1)}
	if w.bell, w.ring, err = sys.Pipe("bell"); err != nil {
		return nil, err
	}
	if err = sys.SetNonblock(w.ring, true); err != nil { // full: EAGAIN, and no sleep
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
	if _, err := sys.Write(w.ring, []byte{'c'}); err != nil {
		log.Fatalf("ring: %v", err)
	}
}

// rung is the worker's callback: its bell can be read.
func (w *worker) rung(int, event.What) {
	// First the bytes, then the items: an item that comes in between then has a
	// byte that is not read yet.
	var buf [4096]byte
	n, err := sys.Read(w.bell, buf[:])
	if err != nil {
		log.Printf("bell: %v", err)
		return
	}
	if n == 0 { // finish has closed the other end
		w.ev.Del()
		return
	}
	for _, item := range w.takeAll() {
		w.do(item)
	}
}

// takeAll empties the queue.
func (w *worker) takeAll() []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.queue
	w.queue = nil
	return all
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
	sys.Close(w.ring) // the worker reads what is left, then an end of file
	err := <-w.done
	sys.Close(w.bell)
	sys.Close(w.answers)
	return errors.Join(err, w.base.Close())
}
