//go:build linux

// The client of the echo servers: many connections, one request on each. It
// does as little as it can, so that the server is the one that is measured:
// for one connection after the other it reads the answer and sends the next
// request. (It needs no epoll: when an answer is not there yet, it waits for it
// in read(2), and the others arrive meanwhile.)
package main

import (
	"net"
	"os"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"fdlab/lab/event/peers/child"
)

const size = 64 // bytes of a request

func main() { // PORT CONNECTIONS
	if len(os.Args) != 3 {
		child.Die("usage: client PORT CONNECTIONS")
	}
	port, err := strconv.Atoi(os.Args[1])
	child.Must(err)
	fds := make([]int, child.Number(0))
	for i := range fds {
		fds[i] = connect(port)
	}
	request, answer := make([]byte, size), make([]byte, size)
	trip := func(fd int) {
		send(fd, request)
		receive(fd, answer)
	}
	for _, fd := range fds {
		trip(fd) // now the server has accepted it
	}
	child.Serve(func(n int) float64 {
		start := time.Now()
		for _, fd := range fds {
			send(fd, request)
		}
		for i := range n {
			fd := fds[i%len(fds)]
			receive(fd, answer)
			if i+len(fds) < n {
				send(fd, request)
			}
		}
		return float64(time.Since(start)) / float64(n)
	})
}

func connect(port int) int {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	child.Must(err)
	child.Must(unix.Connect(fd, &unix.SockaddrInet4{Port: port, Addr: [4]byte(net.IPv4(127, 0, 0, 1).To4())}))
	child.Must(unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1))
	return fd
}

func send(fd int, p []byte) {
	if n, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&p[0])),
		uintptr(len(p)), unix.MSG_NOSIGNAL, 0, 0); int(n) != len(p) {
		child.Die("send: %v", errno)
	}
}

// receive first looks without waiting; only when nothing is there it makes a
// call that may block.
func receive(fd int, p []byte) {
	for len(p) > 0 {
		n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&p[0])),
			uintptr(len(p)), unix.MSG_DONTWAIT, 0, 0)
		if errno == unix.EAGAIN {
			got, err := unix.Read(fd, p)
			if err == unix.EINTR {
				continue
			}
			child.Must(err)
			n, errno = uintptr(got), 0
		}
		if errno != 0 || n == 0 {
			child.Die("the server has hung up: %v", errno)
		}
		p = p[n:]
	}
}
