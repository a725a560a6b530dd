// Wrong on purpose: Loop(Once) is called once.
//
// told: one-turn
package main

import (
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
			ev.Del()
		}
	})
	if err := ev.Add(event.NoTimeout); err != nil {
		return err
	}
	_, err = base.Loop(event.Once)
	return err
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
