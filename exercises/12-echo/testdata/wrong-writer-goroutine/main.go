// Wrong on purpose: a goroutine for each client writes.
//
// told: other-threads
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

type conn struct {
	base  *event.Base
	fd    int
	reads *event.Event
	out   chan []byte
}

func serve(base *event.Base, fd int) {
	sys.SetNonblock(fd, true)
	c := &conn{base: base, fd: fd, out: make(chan []byte)}
	c.reads = base.NewEvent(fd, event.Read, c.onRead)
	c.reads.Add(event.NoTimeout)
	go c.write()
}

func (c *conn) onRead(fd int, _ event.What) {
	buf := make([]byte, 4096)
	n, err := sys.Read(fd, buf)
	if err == unix.EAGAIN {
		c.reads.Add(event.NoTimeout)
		return
	}
	if n <= 0 {
		close(c.out)
		sys.Close(fd)
		return
	}
	c.out <- buf[:n] // the writer waits for it
}

// write sends, and then asks for more.
func (c *conn) write() {
	for b := range c.out {
		for len(b) > 0 {
			n, err := sys.Write(c.fd, b)
			if err == unix.EAGAIN {
				p := []unix.PollFd{{Fd: int32(c.fd), Events: unix.POLLOUT}}
				unix.Poll(p, -1)
				continue
			}
			if err != nil {
				b = nil
				break
			}
			b = b[n:]
		}
		c.base.Post(func() { c.reads.Add(event.NoTimeout) })
	}
}
