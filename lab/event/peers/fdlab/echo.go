//go:build linux

package main

import (
	"os"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/event/peers/child"
)

// echo is an echo server; all connections share one buffer. One callback serves
// them all: it finds the connection's event by its fd.
func echo() {
	base := newBase("epoll")
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
	child.Must(err)
	child.Must(unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	child.Must(unix.Listen(fd, 4096))
	name, err := unix.Getsockname(fd)
	child.Must(err)

	buffer := make([]byte, 4096)
	var clients []*event.Event // by fd
	onReadable := func(fd int, _ event.What) {
		n := read(fd, buffer)
		if n > 0 {
			if write(fd, buffer[:n]) != n {
				child.Die("write: the client does not read")
			}
			return
		}
		clients[fd].Del()
		unix.Close(fd)
	}
	onClient := func(listener int, _ event.What) {
		for {
			fd := accept(listener)
			if fd < 0 {
				return
			}
			unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
			for len(clients) <= fd {
				clients = append(clients, nil)
			}
			clients[fd] = base.NewEvent(fd, event.Read|event.Persist, onReadable)
			child.Must(clients[fd].Add(event.NoTimeout))
		}
	}
	child.Must(base.NewEvent(fd, event.Read|event.Persist, onClient).Add(event.NoTimeout))
	child.Must(base.NewEvent(0, event.Read, func(int, event.What) { os.Exit(0) }).Add(event.NoTimeout))
	child.Listening(name.(*unix.SockaddrInet4).Port)
	base.Dispatch()
}

// accept does not ask for the client's address: unix.Accept4 would put it on the
// heap.
func accept(listener int) int {
	fd, _, errno := unix.RawSyscall6(unix.SYS_ACCEPT4, uintptr(listener), 0, 0, unix.SOCK_NONBLOCK, 0, 0)
	if errno != 0 {
		return -1
	}
	return int(fd)
}
