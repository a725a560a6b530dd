// Wrong on purpose: the callback reads until EAGAIN into one buffer, and writes only what the
// last read gave.
//
// told: read-left-out
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
	for _, fd := range pipes {
		if err := sys.SetNonblock(fd, true); err != nil {
			return err
		}
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
		if err := ev.Add(event.NoTimeout); err != nil {
			return err
		}
	}
	_, err = base.Dispatch()
	return err
}

func passOn(fd int) (end bool, err error) {
	var buf [512]byte
	last := 0
	for {
		n, err := sys.Read(fd, buf[:])
		if err == unix.EAGAIN {
			break
		}
		if err != nil {
			return false, err
		}
		if n == 0 {
			end = true
			break
		}
		last = n
	}
	_, err = os.Stdout.Write(buf[:last])
	return end, err
}
