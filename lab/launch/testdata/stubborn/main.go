// A program that attaches and then heeds neither its control nor SIGTERM.
package main

import (
	"fmt"
	"os/signal"
	"syscall"

	"fdlab/lab/trace"
)

func main() {
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	trace.Process()
	fmt.Println("ready")
	for {
	}
}
