// Programs for the oracle: ordinary programs on lab/event and lab/sys that are
// hard to show truly. Each goes on until it is stopped, or for some seconds.
//
//	programs dup-close
//	programs random 42
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"fdlab/lab/control"
	"fdlab/lab/event"
)

var cases = map[string]func(){}

// lasts is how long a case goes on at most.
const lasts = 20 * time.Second

func main() {
	if len(os.Args) == 3 && os.Args[1] == "random" {
		seed, err := strconv.ParseUint(os.Args[2], 10, 64)
		must(err)
		go random(seed)
	} else if len(os.Args) == 2 && cases[os.Args[1]] != nil {
		go cases[os.Args[1]]()
	} else {
		fmt.Fprintln(os.Stderr, "usage: programs CASE | random SEED")
		os.Exit(2)
	}
	select {
	case <-control.Process().Stopped():
	case <-time.After(lasts):
	}
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func try[T any](v T, err error) T {
	must(err)
	return v
}

// loop makes a base with a backend; "": the best.
func loop(name, backend string) *event.Base {
	return try(event.New(event.Config{Name: name, Backend: backend}))
}
