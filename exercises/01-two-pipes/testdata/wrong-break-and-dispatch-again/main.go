// Wrong on purpose: Break ends the loop when one FIFO has ended, and another Dispatch goes on.
//
// told: broken-and-on
package main

import (
	"log"
	"os"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
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
	base, err := event.New(event.Config{Backend: "select"})
	if err != nil {
		return err
	}
	defer base.Close()
	open := len(pipes)
	for _, fd := range pipes {
		var ev *event.Event
		ev = base.NewEvent(fd, event.Read|event.Persist, func(int, event.What) {
			end, err := passOn(fd)
			if err != nil {
				log.Print(err)
			}
			if end || err != nil {
				ev.Del()
				sys.Close(fd)
				open--
				base.Break()
			}
		})
		if err := ev.Add(event.NoTimeout); err != nil {
			return err
		}
	}
	for open > 0 {
		if _, err := base.Dispatch(); err != nil {
			return err
		}
	}
	return nil
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
