// Wrong on purpose: it compares what with a value that it never is.
//
// told: idle-when-spoken
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

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: 04-idle-timeout sensor.fifo 2s")
	}
	silence, err := time.ParseDuration(os.Args[2])
	if err == nil {
		err = run(os.Args[1], silence)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// run passes on what the FIFO says until it ends. Each time that the FIFO was
// silent for so long, it prints idle.
func run(path string, silence time.Duration) error {
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

	var in *event.Event
	in = base.NewEvent(fd, event.Read|event.Persist, func(fd int, what event.What) {
		if what != event.Read|event.Persist {
			fmt.Println("idle")
			return
		}
		var buf [512]byte
		n, err := sys.Read(fd, buf[:])
		switch {
		case err != nil:
			log.Printf("read: %v", err)
		case n == 0:
			in.Del()
		default:
			os.Stdout.Write(buf[:n])
		}
	})
	if err := in.Add(silence); err != nil {
		return err
	}
	_, err = base.Dispatch()
	return err
}
