//go:build linux

package differential

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
)

// What every scenario is written with: the twins of testdata/scenario.h. A
// scenario runs in a process of its own, so plain package variables do, as in C.

var (
	backend string
	base    *event.Base
)

// play runs one scenario and ends the process.
func play(name, on string) {
	backend = on
	base = another(1)
	signal.Ignore(syscall.SIGPIPE)
	for _, s := range scenarios() {
		if nameOf(s) == name {
			s()
			os.Exit(0)
		}
	}
	fmt.Fprintf(os.Stderr, "no scenario %s\n", name)
	os.Exit(2)
}

// must ends the scenario where the C side calls abort.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// say prints one line of the trace.
func say(format string, args ...any) {
	fmt.Printf(format+"\n", args...)
}

func words(what event.What) string {
	var names []string
	for i, name := range []string{"timeout", "read", "write", "signal", "persist", "edge"} {
		if what&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, "|")
}

// another makes a base more.
func another(priorities int) *event.Base {
	made, err := event.New(event.Config{Backend: backend, Priorities: priorities})
	must(err)
	if made.Backend() != backend {
		panic("no base with " + backend)
	}
	return made
}

func priorities(count int) {
	must(base.Close())
	base = another(count)
}

func watch(name string, fd int, what event.What, then func()) *event.Event {
	return watchOn(base, name, fd, what, then)
}

func watchOn(on *event.Base, name string, fd int, what event.What, then func()) *event.Event {
	return on.NewEvent(fd, what, func(_ int, why event.What) {
		if name != "" {
			say("%s %s", name, words(why))
		}
		if then != nil {
			then()
		}
	}).Named(name)
}

// name is what an event was called by watch.
func name(e *event.Event) string {
	_, label, _ := strings.Cut(e.String(), `"`)
	return strings.TrimSuffix(label, `"`)
}

func milliseconds(ms int) time.Duration {
	if ms < 0 {
		return event.NoTimeout
	}
	return time.Duration(ms) * time.Millisecond
}

// add prints a failure; the error's text goes where the test can show it.
func add(e *event.Event, ms int) error {
	err := e.Add(milliseconds(ms))
	if err != nil {
		say("add %s failed", name(e))
		fmt.Fprintln(os.Stderr, err)
	}
	return err
}

func del(e *event.Event) {
	if err := e.Del(); err != nil {
		say("del %s failed", name(e))
		fmt.Fprintln(os.Stderr, err)
	}
}

func pending(e *event.Event) { say("%s is pending for %s", name(e), words(e.Pending())) }

func loop(flags event.Flags) { loopOn(base, flags) }

func loopOn(on *event.Base, flags event.Flags) {
	reason, err := on.Loop(flags)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	switch {
	case reason.Code() != 0:
		say("return %d", reason.Code())
	case reason == event.Exited:
		say("return 0: exit")
	case reason == event.Broken:
		say("return 0: break")
	default:
		say("return 0")
	}
}

// mark prints its name when some time is over.
func mark(name string, ms int) *event.Event {
	e := watch(name, -1, 0, nil)
	add(e, ms)
	return e
}

// inside does something in a callback of its own, and goes on with the loop.
func inside(what func(), flags event.Flags) {
	add(watch("", -1, 0, what), 0)
	loop(flags)
}

// code is what libevent returns: 0, or -1 for any error.
func code(err error) int {
	if err != nil {
		return -1
	}
	return 0
}

func nonblocking(fds [2]int) [2]int {
	must(unix.SetNonblock(fds[0], true))
	must(unix.SetNonblock(fds[1], true))
	return fds
}

func pair() [2]int {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	must(err)
	return nonblocking(fds)
}

func pipes() [2]int {
	var fds [2]int
	must(unix.Pipe(fds[:]))
	return nonblocking(fds)
}

func put(fd int, text string) {
	n, err := unix.Write(fd, []byte(text))
	if err != nil {
		say("write: %s", unix.ErrnoName(err.(syscall.Errno)))
	} else if n != len(text) {
		say("write: short")
	}
}

func get(fd, most int) {
	text := make([]byte, most)
	n, err := unix.Read(fd, text)
	switch {
	case err != nil:
		say("got %s", unix.ErrnoName(err.(syscall.Errno)))
	case n == 0:
		say("got end of file")
	default:
		say("got %s", text[:n])
	}
}

func drain(fd int) {
	for text := make([]byte, 4096); ; {
		if n, _ := unix.Read(fd, text); n <= 0 {
			return
		}
	}
}

func busy(ms int) { time.Sleep(time.Duration(ms) * time.Millisecond) }

// tcp makes a connection on loopback, and returns the port that listened.
func tcp() (fds [2]int, port int) {
	listener, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	must(err)
	must(unix.Bind(listener, &unix.SockaddrInet4{Addr: [4]byte(net.IPv4(127, 0, 0, 1).To4())}))
	must(unix.Listen(listener, 8))
	at, err := unix.Getsockname(listener)
	must(err)
	fds[0], err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	must(err)
	must(unix.Connect(fds[0], at))
	fds[1], _, err = unix.Accept(listener)
	must(err)
	must(unix.Close(listener))
	return nonblocking(fds), at.(*unix.SockaddrInet4).Port
}

// locked does something that concerns one OS thread.
func locked(do func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	do()
}
