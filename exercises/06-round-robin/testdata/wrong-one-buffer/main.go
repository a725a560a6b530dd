// Wrong on purpose: one buffer for both workers.
//
// told: one-buffer
package main

import (
	"errors"
	"log"
	"os"
	"strconv"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: 06-round-robin port clients")
	}
	port, err := strconv.ParseUint(os.Args[1], 10, 16)
	clients, err2 := strconv.Atoi(os.Args[2])
	if err := errors.Join(err, err2); err != nil {
		log.Fatal(err)
	}
	if err := run(uint16(port), clients); err != nil {
		log.Fatal(err)
	}
}

// run serves so many clients, and returns when the last one has left.
func run(port uint16, clients int) error {
	var workers []*worker
	for _, name := range []string{"worker 0", "worker 1"} {
		w, err := start(name)
		if err != nil {
			return err
		}
		workers = append(workers, w)
	}
	err := accept(port, clients, workers)
	for _, w := range workers {
		err = errors.Join(err, w.finish())
	}
	return err
}

// accept is the acceptor: a loop that watches the listener, and nothing else.
func accept(port uint16, clients int, workers []*worker) error {
	listener, err := sys.ListenTCP(port, 16, "")
	if err != nil {
		return err
	}
	defer sys.Close(listener)
	base, err := event.New(event.Config{Name: "acceptor"})
	if err != nil {
		return err
	}
	defer base.Close()
	accepted := 0
	var ev *event.Event
	ev = base.NewEvent(listener, event.Read|event.Persist, func(int, event.What) {
		conn, _, err := sys.Accept(listener)
		if err != nil {
			log.Printf("accept: %v", err)
			return
		}
		w := workers[accepted%len(workers)]
		w.base.Post(func() { serve(w.base, conn) })
		if accepted++; accepted == clients {
			ev.Del() // the last event: dispatch returns
		}
	})
	if err := ev.Add(event.NoTimeout); err != nil {
		return err
	}
	_, err = base.Dispatch()
	return err
}

// buf is for all clients: no callback keeps anything in it.
var buf [512]byte

// serve makes base send back what the client says, until it leaves. The fd
// belongs to it from now on.
func serve(base *event.Base, conn int) {
	var ev *event.Event
	ev = base.NewEvent(conn, event.Read|event.Persist, func(int, event.What) {
		n, err := sys.Read(conn, buf[:])
		if n > 0 {
			// It may block, if the client does not read. Exercise 12 is about that.
			_, err = sys.Write(conn, buf[:n])
		}
		if n <= 0 || err != nil { // an end of file, or an RST
			ev.Del()
			sys.Close(conn)
		}
	})
	if err := ev.Add(event.NoTimeout); err != nil {
		log.Print(err)
	}
}

// worker is a base that runs on an OS thread of its own. While it runs, only
// that thread may add events to it. Post may be called from any thread.
type worker struct {
	base *event.Base
	done chan error // gets what the loop returned
}

// start makes a worker, and returns when its loop runs.
func start(name string) (*worker, error) {
	base, err := event.New(event.Config{Name: name})
	if err != nil {
		return nil, err
	}
	w := &worker{base, make(chan error, 1)}
	running := make(chan bool)
	base.Post(func() { close(running) })
	go func() {
		_, err := base.Loop(event.NoExitOnEmpty) // until finish
		if err == nil {
			_, err = base.Dispatch() // until the last client has left
		}
		w.done <- errors.Join(err, base.Close())
	}()
	<-running
	return w, nil
}

// finish tells the worker that no more clients will come, and waits until its
// last one has left.
func (w *worker) finish() error {
	w.base.Break()
	return <-w.done
}
