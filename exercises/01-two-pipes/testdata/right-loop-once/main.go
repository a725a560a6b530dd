// Right, too: a loop around Loop(Once), which acts between the calls, and deletes the event when
// the call that it was for has returned.
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
	var ready []*event.Event
	left := len(pipes)
	for _, fd := range pipes {
		var ev *event.Event
		ev = base.NewEvent(fd, event.Read|event.Persist, func(int, event.What) { ready = append(ready, ev) })
		if err := ev.Add(event.NoTimeout); err != nil {
			return err
		}
	}
	for left > 0 {
		if _, err := base.Loop(event.Once); err != nil {
			return err
		}
		for _, ev := range ready {
			end, err := passOn(ev.FD())
			if end || err != nil {
				ev.Del()
				sys.Close(ev.FD())
				left--
			}
		}
		ready = ready[:0]
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
