// Right, too: the loop is asked once in each round, and the event is deleted after the last one.
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
		log.Fatal("usage: 05-edge in.fifo")
	}
	fd, err := sys.OpenFIFO(os.Args[1], unix.O_RDONLY|unix.O_NONBLOCK, "")
	if err != nil {
		log.Fatal(err)
	}
	base, err := event.New(event.Config{})
	if err != nil {
		log.Fatal(err)
	}
	ended := false
	ev := base.NewEvent(fd, event.Read|event.Persist|event.EdgeTriggered, func(fd int, _ event.What) {
		var all []byte
		var buf [16]byte
		n, err := sys.Read(fd, buf[:])
		for ; n > 0; n, err = sys.Read(fd, buf[:]) {
			all = append(all, buf[:n]...)
		}
		os.Stdout.Write(all)
		ended = err != unix.EAGAIN
	})
	if err := ev.Add(event.NoTimeout); err != nil {
		log.Fatal(err)
	}
	for !ended {
		if _, err := base.Loop(event.Once); err != nil {
			log.Fatal(err)
		}
	}
	ev.Del()
	base.Close()
	sys.Close(fd)
}
