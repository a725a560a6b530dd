// Wrong on purpose: a read that fails is logged, and the client stays.
//
// told: left-open
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"runtime"
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
	jobs      chan job
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
	s := &server{base: base, clients: map[*client]bool{}, jobs: make(chan job, 1024)}
	defer close(s.jobs)
	go s.work()
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
	c.reading = s.base.NewEvent(fd, event.Read|event.Persist, func(int, event.What) { s.read(c) })
	s.clients[c] = true
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
	case err != nil:
		log.Printf("read: %v", err)
		c.reading.Del()
	case n == 0:
		s.leave(c)
	default:
		s.jobs <- job{c, buf[:n]}
	}
}

// work is the worker. Capitals stand for work that takes long.
func (s *server) work() {
	runtime.LockOSThread()
	for j := range s.jobs {
		text := bytes.ToUpper(j.text)
		s.base.Post(func() { s.answer(j.from, text) })
	}
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
