// Wrong on purpose: POLLHUP counts more than POLLIN: what the pipe said last is thrown away.
//
// told: closes-unread
package main

import (
	"log"
	"os"

	"golang.org/x/sys/unix"

	"fdlab/lab/sys"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: 01-two-pipes a.fifo b.fifo")
	}
	var pipes []int
	for _, path := range os.Args[1:] {
		fd, err := sys.OpenFIFO(path, unix.O_RDONLY, "")
		if err != nil {
			log.Fatalf("open %s: %v", path, err)
		}
		pipes = append(pipes, fd)
	}
	if err := serve(pipes); err != nil {
		log.Fatal(err)
	}
}

func serve(pipes []int) error {
	fds := make([]unix.PollFd, len(pipes))
	for i, fd := range pipes {
		fds[i] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}
	}
	for open := len(pipes); open > 0; {
		if _, err := unix.Poll(fds, -1); err != nil {
			if err == unix.EINTR {
				continue
			}
			return err
		}
		for i := range fds {
			fd := int(fds[i].Fd)
			if fd < 0 {
				continue
			}
			if fds[i].Revents&unix.POLLHUP != 0 { // the writer is gone
				sys.Close(fd)
				fds[i].Fd = -1
				open--
				continue
			}
			if fds[i].Revents&unix.POLLIN != 0 {
				if _, err := passOn(fd); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// passOn reads once and writes what it got to standard output. end says that
// the pipe has ended: read(2) gave 0.
func passOn(fd int) (end bool, err error) {
	var buf [512]byte
	n, err := sys.Read(fd, buf[:])
	if err != nil || n == 0 {
		return n == 0, err
	}
	_, err = os.Stdout.Write(buf[:n])
	return false, err
}
