// Echo is a server that sends back what its clients say, and ends when the
// first argument's number of clients has left. The second is its port, the
// third a fault, or nothing.
package main

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

// conn is a client: what it is owed, and the events on its fd.
type conn struct {
	fd          int
	owed        []byte
	read, write *event.Event
}

func main() {
	left, _ := strconv.Atoi(os.Args[1])
	port, _ := strconv.Atoi(os.Args[2])
	fault := os.Args[3]
	listener, err := sys.ListenTCP(uint16(port), 16, "")
	if err != nil {
		panic(err)
	}
	defer sys.Close(listener)
	base, err := event.New(event.Config{})
	if err != nil {
		panic(err)
	}
	defer base.Close()

	var accept *event.Event
	gone := func(c *conn) {
		c.read.Del()
		c.write.Del()
		sys.Close(c.fd)
		if left--; left == 0 {
			accept.Del()
		}
	}
	flush := func(c *conn) {
		n, err := sys.Write(c.fd, c.owed)
		if err == nil {
			c.owed = c.owed[n:]
		}
		if fault == "forgets" {
			c.owed = nil
		}
		if len(c.owed) > 0 {
			c.write.Add(event.NoTimeout) // one-shot: it tells when there is room
		}
		if fault == "pauses" { // no fault: it reads no more from a client that takes nothing
			if len(c.owed) > 0 {
				c.read.Del()
			} else {
				c.read.Add(event.NoTimeout)
			}
		}
	}
	serve := func(fd int) {
		sys.SetNonblock(fd, true)
		c := &conn{fd: fd}
		c.write = base.NewEvent(fd, event.Write, func(int, event.What) { flush(c) })
		c.read = base.NewEvent(fd, event.Read|event.Persist, func(int, event.What) {
			var buf [4096]byte
			n, err := sys.Read(fd, buf[:])
			switch {
			case err == unix.EAGAIN:
			case n <= 0: // the end, or ECONNRESET
				gone(c)
			default:
				idle := len(c.owed) == 0
				if c.owed = append(c.owed, buf[:n]...); idle {
					flush(c)
				}
			}
		})
		c.read.Add(event.NoTimeout)
	}
	accept = base.NewEvent(listener, event.Read|event.Persist, func(fd int, _ event.What) {
		if conn, _, err := sys.Accept(fd); err == nil {
			serve(conn)
		}
	})
	if fault == "deaf" {
		base.Loop(event.NoExitOnEmpty)
	}
	accept.Add(event.NoTimeout)
	base.Dispatch()
}
