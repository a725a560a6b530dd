// Wrong on purpose: it polls the FIFO itself, and adds no event.
//
// told: no-event
package main

import (
	"fmt"
	"log"
	"os"

	"golang.org/x/sys/unix"

	"fdlab/lab/sys"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: 05-edge in.fifo")
	}
	if err := run(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

// run passes on what the FIFO says, until it ends.
func run(path string) error {
	fd, err := sys.OpenFIFO(path, unix.O_RDONLY|unix.O_NONBLOCK, "")
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	defer sys.Close(fd)
	var buf [16]byte
	for {
		if _, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1); err != nil {
			continue
		}
		n, err := sys.Read(fd, buf[:])
		if err != nil || n == 0 {
			return err
		}
		os.Stdout.Write(buf[:n])
	}
}
