// Wrong on purpose: it keeps the beginning of a line as a slice of the buffer that is read into
// again.
//
// told: buffer-reused
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

// run makes the FIFO, prints the lines that are written to it until one says
// bye, and takes the FIFO away.
func run(path string) error {
	// A FIFO that is there already will do: a run that Ctrl-C ended has left it.
	if err := sys.Mkfifo(path, 0o600); err != nil && err != unix.EEXIST {
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

	var buf [255]byte
	var kept []byte
	var ev *event.Event
	fifoRead := func(fd int, _ event.What) {
		n, err := sys.Read(fd, buf[:])
		if err != nil {
			log.Printf("read: %v", err)
			return
		}
		chunk := buf[:n]
		for {
			i := bytes.IndexByte(chunk, '\n')
			if i < 0 {
				break
			}
			line := string(kept) + string(chunk[:i])
			kept, chunk = nil, chunk[i+1:]
			fmt.Println(line)
			if line == "bye" {
				ev.Del()
				return
			}
		}
		if len(kept) == 0 {
			kept = chunk
		} else {
			kept = append(kept[:len(kept):len(kept)], chunk...)
		}
	}
	ev = base.NewEvent(fd, event.Read|event.Persist, fifoRead)
	if err := ev.Add(event.NoTimeout); err != nil {
		return err
	}
	_, err = base.Dispatch()
	return err
}
