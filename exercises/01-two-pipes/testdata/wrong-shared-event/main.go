// Wrong on purpose: all callbacks share one variable for their events.
//
// told: another-pipe
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

// serve passes on what the pipes say until all have ended, and closes them.
func serve(pipes []int) error {
	base, err := event.New(event.Config{Backend: "select"})
	if err != nil {
		return err
	}
	defer base.Close()
	var ev *event.Event
	for _, fd := range pipes {
		ev = base.NewEvent(fd, event.Read|event.Persist, func(int, event.What) {
			end, err := passOn(fd)
			if err != nil {
				log.Print(err)
			}
			if end || err != nil {
				ev.Del() // or it would be ready for ever
				sys.Close(fd)
			}
		})
		if err := ev.Add(event.NoTimeout); err != nil {
			return err
		}
	}
	_, err = base.Dispatch() // returns when no event is left
	return err
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
