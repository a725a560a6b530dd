// Wrong on purpose: main waits for the loop with a select that has a default, so it never sleeps.
//
// told: busy-wait
package main

import (
	"log"
	"os"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
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
	base, err := event.New(event.Config{Backend: "select"})
	if err != nil {
		return err
	}
	defer base.Close()
	for _, fd := range pipes {
		var ev *event.Event
		ev = base.NewEvent(fd, event.Read|event.Persist, func(fd int, w event.What) {
			end, err := passOn(fd)
			if end || err != nil {
				ev.Del()
				sys.Close(fd)
			}
		})
		if err := ev.Add(event.NoTimeout); err != nil {
			return err
		}
	}
	done := make(chan error, 1)
	go func() {
		_, err := base.Dispatch()
		done <- err
	}()
	for {
		select {
		case err := <-done:
			return err
		default:
		}
	}
}
