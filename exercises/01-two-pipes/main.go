// Exercise 01: a select loop that serves two pipes.
//
// Two FIFOs are given by their paths. Whatever they say goes to standard
// output, at once. The task is in README.md.
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

// serve passes on what the pipes say until all have ended, and closes them.
func serve(pipes []int) error {
	// TODO 1: make a base (event.New) whose backend is select; close it at the
	// end.
	// TODO 2: give each pipe an event that persists, and whose callback calls
	// passOn; add it.
	// TODO 3: dispatch: the loop waits for both pipes at once.
	//
	// Until then: read them in turn. (Run it. Which pipe is heard?)
	open := len(pipes)
	for open > 0 {
		for _, fd := range pipes {
			end, err := passOn(fd)
			if err != nil {
				return err
			}
			if end {
				// TODO 4: a pipe that has ended needs no event any more. What
				// happens if it keeps it? Then close the pipe.
				open--
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
