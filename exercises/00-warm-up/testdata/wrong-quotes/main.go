// Wrong on purpose: it prints each read as a quoted string.
//
// told: printed-quoted
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
		log.Fatal("usage: 00-warm-up in.fifo")
	}
	fd, err := sys.OpenFIFO(os.Args[1], unix.O_RDONLY, "")
	if err != nil {
		log.Fatalf("open %s: %v", os.Args[1], err)
	}
	if err := serve(fd); err != nil {
		log.Fatal(err)
	}
}

// serve passes on what the FIFO says until it has ended, and closes it.
func serve(fd int) error {
	defer sys.Close(fd)
	base, err := event.New(event.Config{})
	if err != nil {
		return err
	}
	defer base.Close()

	var ev *event.Event
	ev = base.NewEvent(fd, event.Read|event.Persist, func(int, event.What) {
		end, err := passOn(fd)
		if err != nil {
			log.Print(err)
		}
		if end || err != nil {
			ev.Del() // or it would be ready for ever
		}
	})
	if err := ev.Add(event.NoTimeout); err != nil {
		return err
	}
	_, err = base.Dispatch() // returns when no event is left
	return err
}

// passOn reads once and writes what it got to standard output. end says that
// the FIFO has ended: read(2) gave 0.
func passOn(fd int) (end bool, err error) {
	var buf [512]byte
	n, err := sys.Read(fd, buf[:])
	if err != nil || n == 0 {
		return n == 0, err
	}
	_, err = fmt.Printf("%q", buf[:n])
	return false, err
}
