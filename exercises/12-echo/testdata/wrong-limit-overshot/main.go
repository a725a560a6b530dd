// Wrong on purpose: it looks before a read whether 1 MiB is kept, and the read may give 64 KiB more.
//
// told: limit-overshot
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

// conn is a client that was accepted. It owns its fd.
type conn struct {
	fd     int
	queue  []byte // what is not sent yet
	ended  bool   // the client has ended its side
	reads  *event.Event
	writes *event.Event
}

// serve begins to serve a client.
func serve(base *event.Base, fd int) {
	c := &conn{fd: fd}
	c.reads = base.NewEvent(fd, event.Read|event.Persist, c.mayRead)
	c.writes = base.NewEvent(fd, event.Write|event.Persist, c.mayWrite)
	if err := sys.SetNonblock(fd, true); err != nil {
		log.Print(err)
		sys.Close(fd)
		return
	}
	if err := c.reads.Add(event.NoTimeout); err != nil {
		log.Print(err)
		sys.Close(fd)
	}
}

// most is how much is kept for a client before no more is read from it.
const most = 1 << 20

func (c *conn) mayRead(int, event.What) {
	var buf [64 << 10]byte
	n, err := sys.Read(c.fd, buf[:])
	switch {
	case err == unix.EAGAIN:
		return
	case err != nil:
		c.hangUp()
		return
	case n == 0:
		c.ended = true
	}
	c.queue = append(c.queue, buf[:n]...)
	c.send()
}

func (c *conn) mayWrite(int, event.What) {
	c.send()
}

// send writes what there is room for, and says what to wait for next.
func (c *conn) send() {
	if len(c.queue) > 0 {
		n, err := sys.Write(c.fd, c.queue)
		if err != nil && err != unix.EAGAIN {
			c.hangUp()
			return
		}
		if n > 0 {
			c.queue = append(c.queue[:0], c.queue[n:]...)
		}
	}
	if c.ended && len(c.queue) == 0 {
		c.hangUp()
		return
	}
	want(c.reads, !c.ended && len(c.queue) < most)
	want(c.writes, len(c.queue) > 0)
}

// want makes an event pending or not.
func want(e *event.Event, yes bool) {
	if !yes {
		e.Del()
	} else if e.Pending() == 0 {
		e.Add(event.NoTimeout)
	}
}

func (c *conn) hangUp() {
	c.reads.Del()
	c.writes.Del()
	sys.Close(c.fd)
}
