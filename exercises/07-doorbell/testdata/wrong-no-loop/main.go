// Wrong on purpose: the worker is a goroutine that waits for a channel: no
// loop, no bell.
//
// told: no-bell
package main

import (
	"errors"
	"fmt"
	"log"
	"os"

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

// worker is a goroutine that waits for items.
type worker struct {
	answers int
	items   chan byte
	done    chan error
}

func start(answers string) (w *worker, err error) {
	w = &worker{done: make(chan error, 1), items: make(chan byte, 100000)}
	if w.answers, err = sys.OpenFIFO(answers, unix.O_RDWR, ""); err != nil {
		return nil, fmt.Errorf("open %s: %w", answers, err)
	}
	go func() {
		for item := range w.items {
			if item == '?' {
				var answer [1]byte
				sys.Read(w.answers, answer[:])
			}
			os.Stdout.Write([]byte{item})
		}
		w.done <- nil
	}()
	return w, nil
}

func (w *worker) notify(item byte) { w.items <- item }

func (w *worker) finish() error {
	close(w.items)
	err := <-w.done
	sys.Close(w.answers)
	return err
}
