// Wrong on purpose: only a word with its newline restarts the time.
//
// told: word-not-counted
package main

import (
	"fmt"
	"log"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
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
	base, err := event.New(event.Config{})
	if err != nil {
		return err
	}
	defer base.Close()

	var in, clock *event.Event
	clock = base.NewEvent(-1, event.Persist, func(int, event.What) {
		fmt.Println("idle")
	})
	in = base.NewEvent(fd, event.Read|event.Persist, func(fd int, _ event.What) {
		var buf [512]byte
		n, err := sys.Read(fd, buf[:])
		switch {
		case err != nil:
			log.Printf("read: %v", err)
		case n == 0:
			in.Del()
			clock.Del()
		default:
			os.Stdout.Write(buf[:n])
			if buf[n-1] == '\n' {
				clock.Add(silence)
			}
		}
	})
	if err := in.Add(event.NoTimeout); err != nil {
		return err
	}
	if err := clock.Add(silence); err != nil {
		return err
	}
	_, err = base.Dispatch()
	return err
}
