// Wrong on purpose: each client is told that the server stops. Its answer has more than it said: "b hears itself".
//
// told: speaks-unasked
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: 13-graceful-stop 9877")
	}
	port, err := strconv.ParseUint(os.Args[1], 10, 16)
	if err == nil {
		err = run(uint16(port))
	}
	if err != nil {
		log.Fatal(err)
	}
}

// server is a loop with its listener and its clients.
type server struct {
	base                 *event.Base
	listener             int
	accepting, interrupt *event.Event
	conns                map[*conn]bool
	stopping             bool
}

// run serves until SIGINT comes.
func run(port uint16) error {
	s := &server{conns: map[*conn]bool{}}
	var err error
	if s.listener, err = sys.ListenTCP(port, 128, "listener"); err != nil {
		return fmt.Errorf("listen on port %d: %w", port, err)
	}
	if err := sys.SetNonblock(s.listener, true); err != nil {
		return err
	}
	// Little room in the kernel: so it is seen what becomes of the rest.
	if err := sys.Setsockopt(s.listener, unix.SOL_SOCKET, unix.SO_SNDBUF, 32<<10); err != nil {
		return err
	}
	if s.base, err = event.New(event.Config{}); err != nil {
		return err
	}
	defer s.base.Close()
	s.accepting = s.base.NewEvent(s.listener, event.Read|event.Persist, s.accept)
	s.interrupt = s.base.NewSignal(syscall.SIGINT, s.stop)
	for _, ev := range []*event.Event{s.accepting, s.interrupt} {
		if err := ev.Add(event.NoTimeout); err != nil {
			return err
		}
	}
	_, err = s.base.Dispatch()
	return err
}

// stop is called on the loop's thread when SIGINT has come.
func (s *server) stop(int, event.What) {
	s.stopping = true
	s.interrupt.Del()
	s.accept(s.listener, event.Read)
	s.accepting.Del()
	sys.Close(s.listener)
	for c := range s.conns {
		if len(c.rest) == 0 {
			c.reads.Active(event.Read)
		}
	}
}

// accept is the callback of the listener: it takes in all who wait.
func (s *server) accept(int, event.What) {
	for {
		fd, _, err := sys.Accept(s.listener)
		if err != nil {
			return // EAGAIN: nobody waits any more
		}
		s.serve(fd)
	}
}

// conn is a client that was accepted. It owns its fd. One of its two events is
// pending at any time: what was read is sent before more is read.
type conn struct {
	s             *server
	fd            int
	rest          []byte // read, and not sent back yet; it lies in buf
	buf           [16 << 10]byte
	reads, writes *event.Event
}

// serve begins to serve a client. The fd is its own from here on.
func (s *server) serve(fd int) {
	c := &conn{s: s, fd: fd}
	s.conns[c] = true
	c.reads = s.base.NewEvent(fd, event.Read|event.Persist, c.mayRead)
	c.writes = s.base.NewEvent(fd, event.Write|event.Persist, c.mayWrite)
	err := sys.SetNonblock(fd, true)
	if err == nil {
		err = c.reads.Add(event.NoTimeout)
	}
	if err != nil {
		c.hangUp(err)
	}
}

// mayRead is called when the client has spoken, has ended, or was reset.
func (c *conn) mayRead(int, event.What) {
	n, err := sys.Read(c.fd, c.buf[:])
	switch {
	case err == unix.EAGAIN: // nothing is there
		if c.s.stopping {
			c.hangUp(nil)
		}
	case err != nil || n == 0:
		c.hangUp(err)
	default:
		c.rest = c.buf[:n]
		c.send()
	}
}

// mayWrite is called when the kernel has room for more of the answer.
func (c *conn) mayWrite(int, event.What) { c.send() }

// send writes what the kernel takes, and then waits for the one thing that is
// of use: for room while something is left over, else for the client's words.
func (c *conn) send() {
	n, err := sys.Write(c.fd, c.rest)
	if err != nil && err != unix.EAGAIN {
		c.hangUp(err)
		return
	}
	c.rest = c.rest[max(n, 0):] // n is -1 with an error
	if len(c.rest) > 0 {
		c.await(c.writes, c.reads)
	} else {
		c.await(c.reads, c.writes)
		if c.s.stopping {
			c.reads.Active(event.Read)
		}
	}
}

// await waits for the one event and not for the other.
func (c *conn) await(one, other *event.Event) {
	other.Del()
	if err := one.Add(event.NoTimeout); err != nil {
		c.hangUp(err)
	}
}

// hangUp ends this connection, and no other. The events go before the fd.
func (c *conn) hangUp(err error) {
	if err != nil {
		log.Printf("client on fd %d: %v", c.fd, err)
	}
	c.reads.Del()
	c.writes.Del()
	if c.s.stopping {
		sys.Write(c.fd, []byte("server stops\n"))
	}
	sys.Close(c.fd)
	delete(c.s.conns, c)
}
