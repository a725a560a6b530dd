// Wrong on purpose: the FIFO is opened read-write, so it never ends.
//
// told: own-writer
package main

import (
	"fmt"
	"log"
	"os"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
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
	fd, err := sys.OpenFIFO(path, unix.O_RDWR|unix.O_NONBLOCK, "")
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	defer sys.Close(fd)
	base, err := event.New(event.Config{})
	if err != nil {
		return err
	}
	defer base.Close()

	// Edge-triggered: the loop tells of arrivals, not of what is still there.
	var ev *event.Event
	ev = base.NewEvent(fd, event.Read|event.Persist|event.EdgeTriggered, func(fd int, _ event.What) {
		var buf [16]byte
		for {
			n, err := sys.Read(fd, buf[:])
			if err == unix.EAGAIN {
				return
			}
			if err != nil || n == 0 {
				ev.Del()
				return
			}
			os.Stdout.Write(buf[:n])
		}
	})
	if err := ev.Add(event.NoTimeout); err != nil {
		return err
	}
	_, err = base.Dispatch()
	return err
}
