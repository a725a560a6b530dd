// Wrong on purpose: the first argument of select is the highest fd, and not that + 1.
//
// told: not-heard
package main

import (
	"log"
	"os"
	"slices"

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
	open := slices.Clone(pipes)
	for len(open) > 0 {
		var set unix.FdSet
		for _, fd := range open {
			set.Set(fd)
		}
		if _, err := unix.Select(slices.Max(open), &set, nil, nil, nil); err == unix.EINTR {
			continue
		} else if err != nil {
			return err
		}
		for _, fd := range slices.Clone(open) {
			if !set.IsSet(fd) {
				continue
			}
			end, err := passOn(fd)
			if err != nil {
				return err
			}
			if end {
				open = slices.DeleteFunc(open, func(x int) bool { return x == fd })
				sys.Close(fd)
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
