// Hostile is a program that goes wrong in the way that its first argument
// says. "right" does not.
package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

func main() {
	mode, path := os.Args[1], os.Args[2]
	switch mode {
	case "silent": // it never uses the lab
		time.Sleep(time.Hour)
	case "exits":
		fmt.Fprintln(os.Stderr, "I give up \x1b[2J")
		os.Exit(1)
	}
	fd, err := sys.OpenFIFO(path, unix.O_RDONLY, "")
	if err != nil {
		panic(err)
	}
	defer sys.Close(fd)
	config := event.Config{}
	if mode == "closes-watched" {
		config.Backend = "select" // which notices
	}
	base, err := event.New(config)
	if err != nil {
		panic(err)
	}
	defer base.Close()
	var ev *event.Event
	ev = base.NewEvent(fd, event.Read|event.Persist, func(int, event.What) {
		if mode == "ignores-error" {
			*ev = event.Event{} // pending, and overwritten: Dispatch says so
			return
		}
		if mode == "spins-and-shouts" { // it does not read, and says so each time
			os.Stderr.WriteString(strings.Repeat("called ", 1000))
			return
		}
		var buf [512]byte
		n, _ := sys.Read(fd, buf[:])
		if n == 0 && mode == "closes-unnoticed" {
			sys.Close(fd)
			return
		}
		if n == 0 {
			ev.Del()
			return
		}
		switch mode {
		case "panics":
			var none []int
			_ = none[n]
		case "dies":
			syscall.Kill(os.Getpid(), syscall.SIGSEGV)
			time.Sleep(time.Hour)
		case "forks":
			pid, err := syscall.ForkExec("/bin/sleep", []string{"sleep", "1000"}, nil)
			fmt.Fprintln(os.Stderr, pid, err)
			time.Sleep(time.Hour)
		case "burns":
			for {
			}
		case "sleeps":
			time.Sleep(time.Hour)
		case "naps": // and then goes on as if nothing were
			time.Sleep(time.Second)
		case "naps-when-done":
			os.Stdout.Write(buf[:n])
			time.Sleep(time.Second)
			return
		case "naps-often": // a little at a time
			for range 20 {
				time.Sleep(5 * time.Millisecond)
			}
		case "locks-twice":
			mu.Lock()
			mu.Lock()
		case "waits":
			<-make(chan bool)
		case "exits-inside":
			os.Exit(0)
		case "races":
			go func() { touched++ }()
			touched++
		case "noise":
			fmt.Println("over...")
		case "floods":
			for {
				os.Stderr.WriteString(strings.Repeat("noise ", 1000))
			}
		case "closes-watched":
			sys.Close(fd)
			return
		case "swallows", "main-returns": // without an answer no check is over before main returns
			return
		case "whole-buffer":
			n = len(buf)
		}
		os.Stdout.Write(buf[:n])
	})
	if mode != "never-adds" {
		if err := ev.Add(event.NoTimeout); err != nil {
			panic(err)
		}
	}
	if mode == "main-returns" {
		thread := make(chan int, 1)
		base.Post(func() { thread <- unix.Gettid() })
		go base.Dispatch()
		waits(<-thread)
		os.Exit(0) // as a main that returns, but for what is deferred
	}
	base.Dispatch()
}

var mu sync.Mutex

var touched int // by two goroutines, without order

// waits returns when the thread is asleep in the kernel with an event pending: its
// callback is over.
func waits(thread int) {
	for {
		where, _ := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/syscall", thread))
		number, _, _ := strings.Cut(string(where), " ")
		if number == fmt.Sprint(unix.SYS_EPOLL_PWAIT) || number == fmt.Sprint(epollWait) {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// epollWait is the number of epoll_wait(2), which not all processors have.
const epollWait = 232
