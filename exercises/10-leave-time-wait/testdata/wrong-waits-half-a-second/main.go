// Wrong on purpose: the event that waits for the end has a timeout, and then it closes.
//
// told: waits-a-while
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: 10-leave-time-wait server-port own-port questions")
	}
	var n [3]uint16
	for i, word := range os.Args[1:] {
		v, err := strconv.ParseUint(word, 10, 16)
		if err != nil || v == 0 {
			log.Fatalf("%q: want 1 to 65535", word)
		}
		n[i] = uint16(v)
	}
	for i := range n[2] {
		if err := ask(n[0], n[1], fmt.Sprintf("question %d\n", i+1)); err != nil {
			log.Fatal(err)
		}
	}
}

// ask connects to the server from a port of its own choice, asks, and prints
// the answer.
func ask(server, own uint16, question string) error {
	fd, err := sys.Socket("")
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	defer sys.Close(fd)
	// Without SO_REUSEADDR: as long as this port is in TIME_WAIT, bind fails.
	if err := sys.Bind(fd, sys.Loopback(own)); err != nil {
		return fmt.Errorf("bind to port %d: %w", own, err)
	}
	if err := sys.Connect(fd, sys.Loopback(server)); err != nil {
		return fmt.Errorf("connect to port %d: %w", server, err)
	}
	if err := say(fd, question); err != nil {
		return err
	}
	if err := printLine(fd); err != nil {
		return err
	}
	if err := say(fd, "bye\n"); err != nil {
		return err
	}
	return drain(fd)
}

// say sends a line. The fd blocks, so one write takes all of it.
func say(fd int, line string) error {
	if _, err := sys.Write(fd, []byte(line)); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// printLine prints what comes, up to the end of a line.
func printLine(fd int) error {
	var buf [512]byte
	for {
		n, err := sys.Read(fd, buf[:])
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
		os.Stdout.Write(buf[:n])
		if n == 0 || buf[n-1] == '\n' {
			return nil
		}
	}
}

// drain waits for the server's end.
func drain(fd int) error {
	base, err := event.New(event.Config{})
	if err != nil {
		return err
	}
	defer base.Close()
	ev := base.NewEvent(fd, event.Read, func(fd int, what event.What) {
		if what&event.Timeout != 0 {
			log.Print("the server takes long")
			return
		}
		var buf [64]byte
		sys.Read(fd, buf[:])
	})
	if err := ev.Add(500 * time.Millisecond); err != nil {
		return err
	}
	_, err = base.Dispatch()
	return err
}
