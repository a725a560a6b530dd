// Wrong on purpose: the worker is a second loop. Elsewhere that is a right way.
//
// told: worker-is-a-loop
package main

import (
	"bytes"
	"errors"
	"fmt"
	"log"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

// server belongs to the thread that runs its loop; jobs is the way out of it.
type server struct {
	base      *event.Base
	accepting *event.Event
	clients   map[*client]bool
	worker    *event.Base // on its own thread
}

type client struct {
	fd      int
	reading *event.Event
}

// job is what a client has said.
type job struct {
	from *client
	text []byte
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: 11-own-event 9877")
	}
	port, err := strconv.ParseUint(os.Args[1], 10, 16)
	if err == nil {
		err = run(uint16(port))
	}
	if err != nil {
		log.Fatal(err)
	}
}

// run serves until the last client has left.
func run(port uint16) error {
	listener, err := sys.ListenTCP(port, 16, "")
	if err != nil {
		return fmt.Errorf("listen on port %d: %w", port, err)
	}
	defer sys.Close(listener)
	if err := sys.SetNonblock(listener, true); err != nil {
		return err
	}
	base, err := event.New(event.Config{})
	if err != nil {
		return err
	}
	defer base.Close()
	s := &server{base: base, clients: map[*client]bool{}}
	if s.worker, err = event.New(event.Config{Name: "worker"}); err != nil {
		return err
	}
	ended := make(chan error)
	go func() {
		_, err := s.worker.Loop(event.NoExitOnEmpty)
		ended <- err
	}()
	defer func() {
		s.worker.Post(func() { s.worker.Exit(0) })
		if err := errors.Join(<-ended, s.worker.Close()); err != nil {
			log.Print(err)
		}
	}()
	s.accepting = base.NewEvent(listener, event.Read|event.Persist, s.accept)
	if err := s.accepting.Add(event.NoTimeout); err != nil {
		return err
	}
	_, err = base.Dispatch()
	return err
}

// accept is the callback of the listener.
func (s *server) accept(listener int, _ event.What) {
	fd, _, err := sys.Accept(listener)
	if err != nil {
		log.Printf("accept: %v", err)
		return
	}
	sys.SetNonblock(fd, true)
	c := &client{fd: fd}
	s.clients[c] = true
	c.reading = s.base.NewEvent(fd, event.Read|event.Persist, func(int, event.What) { s.read(c) })
	if err := c.reading.Add(event.NoTimeout); err != nil {
		log.Printf("a new client: %v", err)
	}
}

// read is the callback of a client. It must not wait: the worker has the job.
func (s *server) read(c *client) {
	buf := make([]byte, 512)
	n, err := sys.Read(c.fd, buf)
	switch {
	case err == unix.EAGAIN:
	case n <= 0: // the end, or a reset
		s.leave(c)
	default:
		s.worker.Post(func() { s.work(job{c, buf[:n]}) })
	}
}

// work is called on the worker's thread. Capitals stand for work that takes long.
func (s *server) work(j job) {
	text := bytes.ToUpper(j.text)
	s.base.Post(func() { s.answer(j.from, text) })
}

// answer sends a client what was made of its words, if it is still there.
func (s *server) answer(c *client, text []byte) {
	if !s.clients[c] {
		return // its fd may be another client's by now
	}
	if n, err := sys.Write(c.fd, text); n < len(text) {
		log.Printf("a client took %d of %d bytes: %v", max(0, n), len(text), err)
		s.leave(c)
	}
}

// leave forgets a client. The last one ends the server.
func (s *server) leave(c *client) {
	delete(s.clients, c)
	c.reading.Del()
	sys.Close(c.fd)
	if len(s.clients) == 0 {
		s.accepting.Del()
	}
}
