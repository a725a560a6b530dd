// A program that leaves in its working folder what it has made: a FIFO, a
// temporary folder, another that it says nothing of, and a file that it only claims to have made.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"fdlab/lab/control"
	"fdlab/lab/litter"
)

func main() {
	c := control.Process()
	unix.Mkfifo("a.fifo", 0o600)
	c.Made("a.fifo")
	dir, _ := os.MkdirTemp("", "fdlab-")
	os.WriteFile(filepath.Join(dir, "inside"), nil, 0o600)
	c.Made(dir)
	litter.TempDir("", "run") // killed before it could say so
	c.Made("precious")        // a file: it may have been there before
	c.Made("folder")          // a folder that is not a temporary one
	c.Made("nothing")
	fmt.Println("ready")
	select {}
}
