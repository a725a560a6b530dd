// Wrong on purpose: a client that is owed 256 KiB is disconnected.
//
// told: slow-is-gone
package main

import (
	"log"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: 12-echo port clients")
	}
	port, err := strconv.ParseUint(os.Args[1], 10, 16)
	if err != nil {
		log.Fatalf("port %q: want 1 to 65535", os.Args[1])
	}
	clients, err := strconv.Atoi(os.Args[2])
	if err != nil || clients < 1 {
		log.Fatalf("clients %q: want a number from 1", os.Args[2])
	}
	if err := run(uint16(port), clients); err != nil {
		log.Fatal(err)
	}
}

// run serves so many clients, and returns when the last of them has left.
func run(port uint16, clients int) error {
	listener, err := sys.ListenTCP(port, 128, "listener")
	if err != nil {
		return err
	}
	defer sys.Close(listener)
	if err := sys.SetNonblock(listener, true); err != nil {
		return err
	}
	// On loopback the kernel takes 2.5 MB for each connection. With less you see
	// what happens when it takes no more. Accepted sockets inherit it.
	if err := sys.Setsockopt(listener, unix.SOL_SOCKET, unix.SO_SNDBUF, 32<<10); err != nil {
		return err
	}
	base, err := event.New(event.Config{})
	if err != nil {
		return err
	}
	defer base.Close()

	var accept *event.Event
	accept = base.NewEvent(listener, event.Read|event.Persist, func(listener int, _ event.What) {
		fd, _, err := sys.Accept(listener)
		if err != nil {
			return // the client has left already
		}
		serve(base, fd)
		if clients--; clients == 0 {
			accept.Del() // no more: the loop ends when the last client has left
		}
	})
	if err := accept.Add(event.NoTimeout); err != nil {
		return err
	}
	_, err = base.Dispatch()
	return err
}

const limit = 256 << 10

// conn has a queue of what is to be sent back.
type conn struct {
	fd      int
	out     []byte
	eof     bool
	reads   *event.Event
	writes  *event.Event
	reading bool
	writing bool
}

func serve(base *event.Base, fd int) {
	sys.SetNonblock(fd, true)
	c := &conn{fd: fd}
	c.reads = base.NewEvent(fd, event.Read|event.Persist, c.onRead)
	c.writes = base.NewEvent(fd, event.Write|event.Persist, c.onWrite)
	c.settle()
}

func (c *conn) onRead(fd int, _ event.What) {
	var buf [4096]byte
	n, err := sys.Read(fd, buf[:])
	switch {
	case err == unix.EAGAIN:
		return
	case err != nil:
		c.close()
		return
	case n == 0:
		c.eof = true
	default:
		c.out = append(c.out, buf[:n]...)
	}
	c.onWrite(fd, 0)
}

func (c *conn) onWrite(fd int, _ event.What) {
	if len(c.out) > 0 {
		n, err := sys.Write(fd, c.out)
		if err != nil && err != unix.EAGAIN {
			c.close()
			return
		}
		if n > 0 {
			c.out = append(c.out[:0], c.out[n:]...)
		}
	}
	if c.eof && len(c.out) == 0 {
		c.close()
		return
	}
	if len(c.out) > limit {
		log.Printf("fd %d is too slow", fd)
		c.close()
		return
	}
	c.settle()
}

// settle lets the events be what they should.
func (c *conn) settle() {
	want(c.reads, &c.reading, !c.eof)
	want(c.writes, &c.writing, len(c.out) > 0)
}

func want(e *event.Event, is *bool, should bool) {
	if *is == should {
		return
	}
	*is = should
	if should {
		e.Add(event.NoTimeout)
	} else {
		e.Del()
	}
}

func (c *conn) close() {
	c.reads.Del()
	c.writes.Del()
	sys.Close(c.fd)
}
