// Wrong on purpose: a timeout of 10 ms wakes it, and it reads then, too.
//
// told: own-timeout or polling
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

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: 02-fifo event.fifo")
	}
	if err := run(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

// run makes the FIFO, prints the lines that are written to it until one says
// bye, and takes the FIFO away.
func run(path string) error {
	if err := sys.Mkfifo(path, 0o600); err != nil {
		return fmt.Errorf("mkfifo %s: %w", path, err)
	}
	defer os.Remove(path)
	// Read-write: this program is a writer too, so the FIFO never ends.
	fd, err := sys.OpenFIFO(path, unix.O_RDWR|unix.O_NONBLOCK, "")
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	defer sys.Close(fd)
	base, err := event.New(event.Config{})
	if err != nil {
		return err
	}
	defer base.Close()

	var ev *event.Event
	var text lines
	fifoRead := func(fd int, _ event.What) {
		var buf [255]byte
		n, err := sys.Read(fd, buf[:]) // once for each call: what is left calls again
		if err != nil {
			log.Printf("read: %v", err)
			return
		}
		for _, line := range text.add(buf[:n]) {
			fmt.Println(line)
			if line == "bye" {
				ev.Del() // the last event: dispatch returns
			}
		}
	}
	ev = base.NewEvent(fd, event.Read|event.Persist, fifoRead)
	if err := ev.Add(10 * time.Millisecond); err != nil {
		return err
	}
	_, err = base.Dispatch()
	return err
}

// lines puts together what the reads bring.
type lines struct{ partial []byte }

// add takes what a read gave, and returns the lines that are whole now.
func (l *lines) add(p []byte) (whole []string) {
	l.partial = append(l.partial, p...)
	for {
		line, rest, ok := bytes.Cut(l.partial, []byte("\n"))
		if !ok {
			return whole
		}
		whole = append(whole, string(line))
		l.partial = rest
	}
}
