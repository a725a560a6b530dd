// Wrong on purpose: select has a timeout of 10 ms, in place of waiting for as long as it takes.
//
// not forced: a busy machine lets it wake too seldom to be counted.
//
// told: own-timeout
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
	open := map[int]bool{}
	for _, fd := range pipes {
		open[fd] = true
	}
	for len(open) > 0 {
		var set unix.FdSet
		for fd := range open {
			set.Set(fd)
		}
		tv := unix.NsecToTimeval(10_000_000)
		if _, err := unix.Select(1024, &set, nil, nil, &tv); err != nil {
			continue
		}
		for _, fd := range pipes {
			if !open[fd] || !set.IsSet(fd) {
				continue
			}
			end, err := passOn(fd)
			if err != nil {
				return err
			}
			if end {
				sys.Close(fd)
				delete(open, fd)
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
