// Wrong on purpose: a pipe that has ended stays among those that poll waits for, and its end
// is counted twice.
//
// told: end-counted-twice
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
	var fds []unix.PollFd
	for _, fd := range pipes {
		fds = append(fds, unix.PollFd{Fd: int32(fd), Events: unix.POLLIN})
		defer sys.Close(fd)
	}
	open := len(pipes)
	for open > 0 {
		_, err := unix.Poll(fds, -1)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		for i := range fds {
			if fds[i].Revents == 0 {
				continue
			}
			end, err := passOn(int(fds[i].Fd))
			if err != nil {
				return err
			}
			if end {
				open--
			}
		}
	}
	return nil
}

func passOn(fd int) (end bool, err error) {
	var buf [512]byte
	n, err := sys.Read(fd, buf[:])
	if err != nil || n == 0 {
		return n == 0, err
	}
	_, err = os.Stdout.Write(buf[:n])
	return false, err
}
