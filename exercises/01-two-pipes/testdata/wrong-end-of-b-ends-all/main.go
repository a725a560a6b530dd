// Wrong on purpose: the end of b deletes both events, as if a had always ended before.
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

func serve(pipes []int) error {
	a, b := pipes[0], pipes[1]
	defer sys.Close(a)
	defer sys.Close(b)
	base, err := event.New(event.Config{Backend: "select"})
	if err != nil {
		return err
	}
	defer base.Close()
	var evA, evB *event.Event
	evA = base.NewEvent(a, event.Read|event.Persist, func(int, event.What) {
		end, err := passOn(a)
		if err != nil {
			log.Print(err)
		}
		if end || err != nil {
			evA.Del()
		}
	})
	evB = base.NewEvent(b, event.Read|event.Persist, func(int, event.What) {
		end, err := passOn(b)
		if err != nil {
			log.Print(err)
		}
		if end || err != nil {
			evA.Del()
			evB.Del()
		}
	})
	for _, ev := range []*event.Event{evA, evB} {
		if err := ev.Add(event.NoTimeout); err != nil {
			return err
		}
	}
	_, err = base.Dispatch()
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
