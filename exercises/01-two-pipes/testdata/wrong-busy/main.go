// Wrong on purpose: no loop: non-blocking reads in a circle.
//
// told: polling
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
	for _, fd := range pipes {
		if err := sys.SetNonblock(fd, true); err != nil {
			return err
		}
	}
	for len(pipes) > 0 {
		for i, fd := range pipes {
			end, err := passOn(fd)
			if err == unix.EAGAIN {
				continue
			}
			if err != nil {
				return err
			}
			if end {
				sys.Close(fd)
				pipes = append(pipes[:i:i], pipes[i+1:]...)
				break
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
