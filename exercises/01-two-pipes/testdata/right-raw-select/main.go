// Right, too: select(2) itself, as the Exercise of lesson 01 asks for.
package main

import (
	"log"
	"os"

	"golang.org/x/sys/unix"

	"fdlab/lab/sys"
)

func main() {
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

func passOn(fd int) (end bool, err error) {
	var buf [512]byte
	n, err := sys.Read(fd, buf[:])
	if err != nil || n == 0 {
		return n == 0, err
	}
	_, err = os.Stdout.Write(buf[:n])
	return false, err
}

func serve(pipes []int) error {
	open := map[int]bool{}
	for _, fd := range pipes {
		open[fd] = true
	}
	for len(open) > 0 {
		var set unix.FdSet
		set.Zero()
		max := 0
		for fd := range open {
			set.Set(fd)
			if fd > max {
				max = fd
			}
		}
		_, err := unix.Select(max+1, &set, nil, nil, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		for fd := range open {
			if !set.IsSet(fd) {
				continue
			}
			end, err := passOn(fd)
			if end || err != nil {
				sys.Close(fd)
				delete(open, fd)
			}
		}
	}
	return nil
}
