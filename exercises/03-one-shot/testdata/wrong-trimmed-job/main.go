// Wrong on purpose: the spaces around a job are taken away before it is printed.
//
// told: trimmed
package main

import (
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

const work = 20 * time.Millisecond

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: 03-one-shot jobs.fifo")
	}
	if err := run(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func run(path string) error {
	fd, err := sys.OpenFIFO(path, unix.O_RDONLY|unix.O_NONBLOCK, "")
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	defer sys.Close(fd)
	base, err := event.New(event.Config{})
	if err != nil {
		return err
	}
	defer base.Close()

	var job []byte
	var in, done *event.Event
	in = base.NewEvent(fd, event.Read, func(fd int, _ event.What) {
		var buf [512]byte
		n, err := sys.Read(fd, buf[:])
		if err != nil {
			log.Printf("read: %v", err)
			return
		}
		if n == 0 {
			return
		}
		job = append(job[:0], buf[:n]...)
		done.Add(work)
	})
	done = base.NewTimer(func(int, event.What) {
		fmt.Println(strings.TrimSpace(string(job)))
		in.Add(event.NoTimeout)
	})

	if err := in.Add(event.NoTimeout); err != nil {
		return err
	}
	_, err = base.Dispatch()
	return err
}
