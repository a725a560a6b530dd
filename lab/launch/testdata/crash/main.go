// A program that ends badly, in the way that its argument names.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"fdlab/lab/control"
	"fdlab/lab/trace"
)

func main() {
	switch os.Args[1] {
	case "panic":
		var m map[string]int
		m["a"] = 1
	case "exit":
		os.Exit(7)
	case "segv": // Go's runtime makes a panic of its own: let a shell do it
		syscall.Exec("/bin/sh", []string{"sh", "-c", "kill -SEGV $$"}, os.Environ())
	case "kill":
		rec := trace.Process()
		rec.Put(&trace.Record{Kind: trace.Note, FD: trace.NoFD, Str: rec.String("the last record")})
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "linger": // attached, deaf to its control, but polite about SIGTERM
		trace.Process()
		term := make(chan os.Signal, 1)
		signal.Notify(term, syscall.SIGTERM)
		fmt.Println("ready")
		<-term
		os.Exit(3)
	case "deaf": // has a control that nobody reads
		control.Process()
		fmt.Println("ready")
		syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	}
}
