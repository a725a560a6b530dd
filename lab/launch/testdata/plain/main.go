// A program that knows nothing of the lab: it says what it was given.
package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

func main() {
	input, err := io.ReadAll(os.Stdin)
	_, terminal := os.Open("/dev/tty")
	dir, _ := os.Getwd()
	fmt.Printf("args %q input %q %v tty %t dir %s x %s\n", os.Args, input, err, terminal == nil, dir, os.Getenv("X"))
	if len(os.Args) > 1 && os.Args[1] == "stay" {
		time.Sleep(time.Hour)
	}
}
