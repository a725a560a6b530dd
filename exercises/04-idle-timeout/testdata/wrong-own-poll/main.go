// Wrong on purpose: poll(2) with a timeout, and no loop.
//
// told: own-wait
package main

import (
	"fmt"
	"log"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/sys"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: 04-idle-timeout sensor.fifo 2s")
	}
	silence, err := time.ParseDuration(os.Args[2])
	if err == nil {
		err = run(os.Args[1], silence)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// run passes on what the FIFO says until it ends. Each time that the FIFO was
// silent for so long, it prints idle.
func run(path string, silence time.Duration) error {
	fd, err := sys.OpenFIFO(path, unix.O_RDONLY|unix.O_NONBLOCK, "")
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	defer sys.Close(fd)
	var buf [512]byte
	for {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(silence.Milliseconds()))
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		if n == 0 {
			fmt.Println("idle")
			continue
		}
		if n, err = sys.Read(fd, buf[:]); err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
		os.Stdout.Write(buf[:n])
	}
}
