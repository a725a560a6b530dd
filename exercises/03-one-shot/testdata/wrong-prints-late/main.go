// Wrong on purpose: the event is added again before the job is printed, by another timer.
//
// told: printed-late
package main

import (
	"bytes"
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
	var in, done *event.Event
	// No Persist: while a job is being done, nobody watches the FIFO.
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
		done.Add(work) // the work goes on without keeping the loop
	})
	done = base.NewTimer(func(int, event.What) {
		in.Add(event.NoTimeout)
		p := bytes.Clone(job)
		base.NewTimer(func(int, event.What) { os.Stdout.Write(p) }).Add(time.Millisecond)
	})
	if err := in.Add(event.NoTimeout); err != nil {
		return err
	}
	_, err = base.Dispatch()
	return err
}
