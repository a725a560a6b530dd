// Wrong on purpose: a persistent event and a flag: the loop calls again and again while a job
// waits.
//
// told: persist-while-busy
package main

import (
	"fmt"
	"log"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

// work is how long a job takes.
const work = 20 * time.Millisecond

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: 03-one-shot jobs.fifo")
	}
	if err := run(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

// run does the jobs that come out of the FIFO, one at a time, until it ends.
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
	busy := false
	var in, done *event.Event
	// No Persist: while a job is being done, nobody watches the FIFO.
	in = base.NewEvent(fd, event.Read|event.Persist, func(fd int, _ event.What) {
		if busy {
			return // later
		}
		var buf [512]byte
		n, err := sys.Read(fd, buf[:])
		if err != nil {
			log.Printf("read: %v", err)
			return
		}
		if n == 0 {
			in.Del()
			return
		}
		busy = true
		job = append(job[:0], buf[:n]...)
		done.Add(work) // the work goes on without keeping the loop
	})
	done = base.NewTimer(func(int, event.What) {
		os.Stdout.Write(job)
		busy = false
	})
	if err := in.Add(event.NoTimeout); err != nil {
		return err
	}
	_, err = base.Dispatch()
	return err
}
