// Wrong on purpose: a base and a thread for each pipe.
//
// told: other-threads
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
	done := make(chan error)
	for _, fd := range pipes {
		go func() {
			base, err := event.New(event.Config{Backend: "select"})
			if err != nil {
				done <- err
				return
			}
			defer base.Close()
			var ev *event.Event
			ev = base.NewEvent(fd, event.Read|event.Persist, func(fd int, w event.What) {
				end, err := passOn(fd)
				if end || err != nil {
					ev.Del()
					sys.Close(fd)
				}
			})
			if err := ev.Add(event.NoTimeout); err != nil {
				done <- err
				return
			}
			_, err = base.Dispatch()
			done <- err
		}()
	}
	<-done
	<-done
	return nil
}
