// Wrong on purpose: a has the higher priority, so b waits as long as a has something.
//
// told: higher-first
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
	base, err := event.New(event.Config{Backend: "select", Priorities: 2})
	if err != nil {
		return err
	}
	defer base.Close()
	for i, fd := range pipes {
		var ev *event.Event
		ev = base.NewEvent(fd, event.Read|event.Persist, func(int, event.What) {
			end, err := passOn(fd)
			if err != nil {
				log.Print(err)
			}
			if end || err != nil {
				ev.Del()
				sys.Close(fd)
			}
		})
		ev.SetPriority(i) // a is the more important one
		if err := ev.Add(event.NoTimeout); err != nil {
			return err
		}
	}
	_, err = base.Dispatch()
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
