// Wrong on purpose: a line of more than 1,000 bytes is thrown away.
//
// told: read-left-out or read-is-line
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"

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

func run(path string) error {
	if err := sys.Mkfifo(path, 0o600); err != nil && err != unix.EEXIST {
		return fmt.Errorf("mkfifo %s: %w", path, err)
	}
	defer os.Remove(path)
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

	var text lines
	var ev *event.Event
	ev = base.NewEvent(fd, event.Read|event.Persist, func(fd int, _ event.What) {
		var buf [255]byte
		n, err := sys.Read(fd, buf[:])
		if err != nil {
			log.Printf("read: %v", err)
			return
		}
		for _, line := range text.add(buf[:n]) {
			fmt.Println(line)
			if line == "bye" {
				ev.Del()
			}
		}
	})

	if err := ev.Add(event.NoTimeout); err != nil {
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
			if len(l.partial) > 1000 {
				l.partial = nil // somebody floods us
			}
			return whole
		}
		whole = append(whole, string(line))
		l.partial = rest
	}
}
