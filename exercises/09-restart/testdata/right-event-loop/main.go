// Right: an event loop in the place of blocking calls; the listener is closed when the last client is in.
package main

import (
	"log"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

type server struct {
	base   *event.Base
	fd     int
	left   int
	accept *event.Event
}

func main() {
	port, _ := strconv.ParseUint(os.Args[1], 10, 16)
	n, _ := strconv.Atoi(os.Args[2])
	base, err := event.New(event.Config{})
	if err != nil {
		log.Fatal(err)
	}
	fd, err := sys.Socket("listener")
	if err != nil {
		log.Fatal(err)
	}
	sys.Setsockopt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	if err := sys.Bind(fd, sys.Loopback(uint16(port))); err != nil {
		log.Fatal(err)
	}
	if err := sys.Listen(fd, 64); err != nil {
		log.Fatal(err)
	}
	sys.SetNonblock(fd, true)
	s := &server{base: base, fd: fd, left: n}
	s.accept = base.NewEvent(fd, event.Read|event.Persist, s.onAccept)
	s.accept.Add(event.NoTimeout)
	if _, err := base.Dispatch(); err != nil {
		log.Fatal(err)
	}
	base.Close()
}

func (s *server) onAccept(int, event.What) {
	c, _, err := sys.Accept(s.fd)
	if err != nil {
		return
	}
	sys.SetNonblock(c, true)
	s.base.Once(c, event.Read, event.NoTimeout, func(c int, _ event.What) {
		buf := make([]byte, 1024)
		if n, err := sys.Read(c, buf); err == nil {
			sys.Write(c, buf[:n])
		}
		sys.Close(c)
	})
	if s.left--; s.left == 0 {
		s.accept.Del()
		sys.Close(s.fd)
	}
}
