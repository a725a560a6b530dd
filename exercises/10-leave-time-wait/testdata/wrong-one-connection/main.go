// Wrong on purpose: asks all questions on one connection.
//
// told: one-connection
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"

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
	fd, err := sys.Socket("")
	if err != nil {
		log.Fatal(err)
	}
	defer sys.Close(fd)
	sys.Bind(fd, sys.Loopback(n[1]))
	sys.Connect(fd, sys.Loopback(n[0]))
	for i := range n[2] {
		say(fd, fmt.Sprintf("question %d\n", i+1))
		printLine(fd)
	}
	say(fd, "bye\n")
	var b [64]byte
	for {
		n, err := sys.Read(fd, b[:])
		if n == 0 || err != nil {
			return
		}
	}
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
