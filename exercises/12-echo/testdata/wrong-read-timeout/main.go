// Wrong on purpose: a client that is silent for 30 s is disconnected.
//
// told: gives-client-up
package main

import (
	"log"
	"os"
	"strconv"
	"time"

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

// conn is a client that was accepted.
type conn struct {
	fd     int
	buf    [8 << 10]byte
	rest   []byte
	reads  *event.Event
	writes *event.Event
}

func serve(base *event.Base, fd int) {
	sys.SetNonblock(fd, true)
	c := &conn{fd: fd}
	c.reads = base.NewEvent(fd, event.Read|event.Persist, c.onRead)
	c.writes = base.NewEvent(fd, event.Write|event.Persist, c.onWrite)
	c.reads.Add(30 * time.Second)
}

func (c *conn) onRead(fd int, what event.What) {
	if what&event.Timeout != 0 {
		c.end()
		return
	}
	n, err := sys.Read(fd, c.buf[:])
	if err == unix.EAGAIN {
		return
	}
	if n <= 0 {
		c.end()
		return
	}
	c.rest = c.buf[:n]
	c.send()
}

func (c *conn) onWrite(int, event.What) { c.send() }

func (c *conn) send() {
	n, err := sys.Write(c.fd, c.rest)
	if err != nil && err != unix.EAGAIN {
		c.end()
		return
	}
	if n > 0 {
		c.rest = c.rest[n:]
	}
	if len(c.rest) > 0 {
		c.reads.Del()
		c.writes.Add(event.NoTimeout)
	} else {
		c.writes.Del()
		c.reads.Add(event.NoTimeout)
	}
}

func (c *conn) end() {
	c.reads.Del()
	c.writes.Del()
	sys.Close(c.fd)
}
