// Right, too: the end of the FIFO breaks the loop off. Nothing was left to do, and all is closed.
package main

import (
	"fmt"
	"log"
	"os"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: 05-edge in.fifo")
	}
	if err := run(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

type relay struct {
	base *event.Base
	buf  [1000]byte
}

// take reads once; it reports whether more may be there.
func (r *relay) take(fd int) bool {
	n, err := sys.Read(fd, r.buf[:])
	if err == unix.EAGAIN {
		return false
	}
	if err != nil || n == 0 {
		r.base.Break()
		return false
	}
	os.Stdout.Write(r.buf[:n])
	return true
}

func (r *relay) arrived(fd int, _ event.What) {
	for r.take(fd) {
	}
}

func run(path string) error {
	fd, err := sys.OpenFIFO(path, unix.O_RDONLY|unix.O_NONBLOCK, "in")
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	r := &relay{}
	if r.base, err = event.New(event.Config{Name: "relay"}); err != nil {
		sys.Close(fd)
		return err
	}
	ev := r.base.NewEvent(fd, event.Read|event.Persist|event.EdgeTriggered, r.arrived)
	if err = ev.Add(event.NoTimeout); err == nil {
		_, err = r.base.Dispatch()
	}
	r.base.Close()
	sys.Close(fd)
	return err
}
