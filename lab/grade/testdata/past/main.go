// It does what it should, and not through fdlab/lab/sys: its trace is empty. Or it goes
// wrong, in the way that its first argument says, with the lab's calls and others.
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/sys"
)

func main() {
	switch os.Args[1] {
	case "noise":
		fd, err := sys.OpenFIFO(os.Args[2], unix.O_RDONLY, "")
		fmt.Println("over...", fd, err)
		time.Sleep(time.Hour)
	case "forks":
		pid, err := syscall.ForkExec("/bin/sleep", []string{"sleep", "1000"}, nil)
		fmt.Fprintln(os.Stderr, pid, err)
		time.Sleep(time.Hour)
	}
	file, err := os.Open(os.Args[len(os.Args)-1])
	if err != nil {
		log.Fatal(err)
	}
	io.Copy(os.Stdout, file)
	unix.Close(int(file.Fd()))
}
