// Wrong on purpose: the event of the FIFO is its own timer: it watches the FIFO meanwhile.
//
// told: timeout-for-timer
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
	var in *event.Event
	in = base.NewEvent(fd, event.Read, func(fd int, what event.What) {
		if what&event.Timeout != 0 {
			os.Stdout.Write(job)
			job = nil
			in.Add(event.NoTimeout)
			return
		}
		var buf [512]byte
		n, err := sys.Read(fd, buf[:])
		if err != nil {
			log.Printf("read: %v", err)
			return
		}
		if n == 0 {
			return
		}
		job = append(job, buf[:n]...)
		in.Add(work)
	})
	if err := in.Add(event.NoTimeout); err != nil {
		return err
	}
	_, err = base.Dispatch()
	return err
}
