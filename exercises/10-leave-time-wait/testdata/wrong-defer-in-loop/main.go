// Wrong on purpose: the close is deferred in a loop, and so made when all questions are over.
//
// told: end-is-closed
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"

	"fdlab/lab/sys"
)

func number(i int) uint16 {
	v, err := strconv.ParseUint(os.Args[i], 10, 16)
	if err != nil || v == 0 {
		log.Fatalf("%q: want 1 to 65535", os.Args[i])
	}
	return uint16(v)
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: 10-leave-time-wait server-port own-port questions")
	}
	if err := run(number(1), number(2), int(number(3))); err != nil {
		log.Fatal(err)
	}
}

func run(server, own uint16, questions int) error {
	buf := make([]byte, 512)
	for i := 1; i <= questions; i++ {
		fd, err := sys.Socket("")
		if err != nil {
			return fmt.Errorf("socket: %w", err)
		}
		defer sys.Close(fd)
		if err := sys.Bind(fd, sys.Loopback(own)); err != nil {
			return fmt.Errorf("bind to port %d: %w", own, err)
		}
		if err := sys.Connect(fd, sys.Loopback(server)); err != nil {
			return fmt.Errorf("connect to port %d: %w", server, err)
		}
		if _, err := sys.Write(fd, fmt.Appendf(nil, "question %d\n", i)); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		bye := false
		for {
			n, err := sys.Read(fd, buf)
			if err != nil {
				return fmt.Errorf("read: %w", err)
			}
			if n == 0 {
				break
			}
			os.Stdout.Write(buf[:n])
			if buf[n-1] == '\n' && !bye {
				bye = true
				if _, err := sys.Write(fd, []byte("bye\n")); err != nil {
					return fmt.Errorf("write: %w", err)
				}
			}
		}
	}
	return nil
}
