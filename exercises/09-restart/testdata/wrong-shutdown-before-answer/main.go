// Wrong on purpose: shuts the connection down in both directions before the answer is written.
//
// told: shut-too-early
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

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

// run answers so many clients, one after the other, and returns.
func run(port uint16, clients int) error {
	listener, err := listen(port)
	if err != nil {
		return err
	}
	defer sys.Close(listener)
	for range clients {
		fd, _, err := sys.Accept(listener)
		if err != nil {
			return fmt.Errorf("accept: %w", err)
		}
		answer(fd)
	}
	return nil
}

// listen returns a socket that listens on a port of 127.0.0.1. The caller
// closes it.
func listen(port uint16) (fd int, err error) {
	if fd, err = sys.Socket("listener"); err != nil {
		return -1, fmt.Errorf("socket: %w", err)
	}
	if err = sys.SetReuseAddr(fd, true); err != nil {
		sys.Close(fd)
		return -1, fmt.Errorf("option: %w", err)
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
	sys.Shutdown(fd, unix.SHUT_RDWR)                  // nothing more is read
	if _, err := sys.Write(fd, buf[:n]); err != nil { // it blocks, so it takes all
		log.Printf("write: %v", err)
	}
}
