// Wrong on purpose: it ends when nobody is connected, also when clients are still to come.
//
// told: broken-off
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
	connected := 0 // how many clients are
	left := func() {
		if connected--; connected == 0 {
			base.Break()
		}
	}
	accept = base.NewEvent(listener, event.Read|event.Persist, func(listener int, _ event.What) {
		fd, _, err := sys.Accept(listener)
		if err != nil {
			return // the client has left already
		}
		connected++
		serve(base, fd, left)
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

// conn is a client that was accepted. It owns its fd. One of its two events is
// pending at any time: what was read is sent before more is read.
type conn struct {
	fd            int
	rest          []byte // read, and not sent back yet; it lies in buf
	buf           [16 << 10]byte
	reads, writes *event.Event
	left          func() // is called when the client has left
}

// serve begins to serve a client. The fd is its own from here on.
func serve(base *event.Base, fd int, left func()) {
	c := &conn{fd: fd, left: left}
	c.reads = base.NewEvent(fd, event.Read|event.Persist, c.mayRead)
	c.writes = base.NewEvent(fd, event.Write|event.Persist, c.mayWrite)
	err := sys.SetNonblock(fd, true) // whatever the listener is, accept gives an fd that blocks
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
	case err == unix.EAGAIN:
	case err != nil || n == 0:
		c.hangUp(err) // nothing is owed: we read only when all is sent
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
	sys.Close(c.fd)
	c.left()
}
