// Wrong on purpose: Break, when the last client was accepted.
//
// told: broken-off
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: 09-restart port clients")
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

// run answers so many clients, and returns.
func run(port uint16, clients int) error {
	listener, err := listen(port)
	if err != nil {
		return err
	}
	defer sys.Close(listener)
	base, err := event.New(event.Config{Name: "server"})
	if err != nil {
		return err
	}
	defer base.Close()
	ev := base.NewEvent(listener, event.Read|event.Persist, func(int, event.What) {
		fd, _, err := sys.Accept(listener)
		if err != nil {
			log.Printf("accept: %v", err)
			return
		}
		conn := base.NewEvent(fd, event.Read, func(fd int, _ event.What) { answer(fd) })
		if err := conn.Add(event.NoTimeout); err != nil {
			log.Print(err)
			sys.Close(fd)
		}
		if clients--; clients == 0 {
			base.Break()
		}
	})
	if err := ev.Add(event.NoTimeout); err != nil {
		return err
	}
	_, err = base.Dispatch()
	return err
}

// listen returns a socket that listens on a port of 127.0.0.1. The caller
// closes it.
func listen(port uint16) (fd int, err error) {
	if fd, err = sys.Socket("listener"); err != nil {
		return -1, fmt.Errorf("socket: %w", err)
	}
	if err = sys.SetReuseAddr(fd, true); err != nil {
		sys.Close(fd)
		return -1, fmt.Errorf("reuse: %w", err)
	}
	if err = sys.Bind(fd, sys.Loopback(port)); err != nil {
		sys.Close(fd)
		return -1, fmt.Errorf("bind to port %d: %w", port, err)
	}
	if err = sys.Listen(fd, 16); err != nil {
		sys.Close(fd)
		return -1, fmt.Errorf("listen: %w", err)
	}
	return fd, nil
}

// answer sends one line back, and hangs up first, as an HTTP/1.0 server does.
func answer(fd int) {
	defer sys.Close(fd)
	var buf [512]byte
	n, err := sys.Read(fd, buf[:])
	if err != nil {
		log.Printf("read: %v", err)
		return
	}
	if _, err := sys.Write(fd, buf[:n]); err != nil { // it blocks, so it takes all
		log.Printf("write: %v", err)
	}
}
