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
		fmt.Fprintln(os.Stderr, "trying ports\nno port is free")
		os.Exit(7)
	case "overwrite": // all of the ring's header but where it says what it is
		trace.Process()
		seen := make(chan os.Signal, 1)
		signal.Notify(seen, syscall.SIGUSR1)
		fmt.Println("ready")
		ring, err := syscall.Mmap(3, 0, 4096, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
		if err != nil {
			panic(err)
		}
		<-seen // it was seen to have attached
		for i := range ring[24:] {
			ring[24+i] = 0xee
		}
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
		select {} // another thread may take the signal, a moment later
	}
}
