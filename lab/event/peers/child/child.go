//go:build linux

// Package child is a Go peer's half of the talk with the harness, as child.h
// is a C peer's.
package child

import (
	"bufio"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Serve says that the child is ready. Then, for each line with a number n, it
// does n operations, once to warm up and once more, and answers how many ns one
// of the latter took. It returns when standard input ends.
//
// While the child waited for the line its program was idle. A Go program pays
// for the next 20 ms then: the runtime's own thread (sysmon) looks after the
// others 60 times, first every 20 us and then ever less often.
func Serve(operations func(n int) (ns float64)) {
	fmt.Println("ready")
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		n, err := strconv.Atoi(in.Text())
		if err != nil {
			Die("not a number of operations: %q", in.Text())
		}
		operations(n)
		fmt.Printf("%.3f\n", operations(n))
	}
}

// Listening says that a server is ready, and where.
func Listening(port int) { fmt.Println("ready", port) }

// Die ends the child with a message.
func Die(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

// Must ends the child if err is not nil.
func Must(err error) {
	if err != nil {
		Die("%v", err)
	}
}

// Number is the i-th argument after the workload's name.
func Number(i int) int {
	n, err := strconv.Atoi(Word(i))
	Must(err)
	return n
}

// Word is the i-th argument after the workload's name, or "".
func Word(i int) string {
	if 2+i < len(os.Args) {
		return os.Args[2+i]
	}
	return ""
}

// Pin binds the calling thread to a core; less than 0: to none. The caller has
// locked its goroutine to the thread.
func Pin(cpu int) {
	if cpu < 0 {
		return
	}
	var set unix.CPUSet
	set.Set(cpu)
	Must(unix.SchedSetaffinity(0, &set))
}
