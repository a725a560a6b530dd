//go:build amd64 || arm64

package foreign

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"fdlab/lab/control"
	"fdlab/lab/trace"
)

// Child returns at once in a process that is neither the tracer child nor the trampoline.
// In those it does not return. Call it first in main.
func Child() {
	name, options, _ := strings.Cut(os.Getenv(role), " ")
	switch name {
	case trampolineRole:
		trampoline()
	case launchRole, attachRole:
		os.Unsetenv(role)
		os.Exit(child(name, strings.Fields(options)))
	}
}

// child is the tracer child: it traces for an instrument, to which its ring and its
// control socket lead. It ends as the program does.
func child(name string, options []string) int {
	opt := Options{Args: os.Args[1:], Files: [3]*os.File{os.Stdin, os.Stdout, os.Stderr}}
	for _, o := range options {
		opt.Payload = opt.Payload || o == "payload"
		opt.Hold = opt.Hold || o == "hold"
		opt.TTY = opt.TTY || o == "tty"
	}
	// The terminal's and the instrument's signals are for the program. Handled, not
	// ignored: what is ignored stays so in the program.
	heard := make(chan os.Signal, 8)
	signal.Notify(heard, unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT)
	rec, c := trace.Process(), control.Process()
	if rec == nil {
		fmt.Fprintln(os.Stderr, "fdlab: there is nobody to record for")
		return 1
	}
	var exit Exit
	var err error
	if name == attachRole {
		pid, _ := strconv.Atoi(opt.Args[0])
		exit, err = Attach(rec, &c.Gate, pid, opt, c.Stopped())
	} else {
		if opt.Hold {
			awaitHold(c)
		}
		go func() {
			<-c.Stopped()
			stopProgram()
		}()
		exit, err = Launch(rec, &c.Gate, opt)
	}
	switch {
	case errors.Is(err, ErrDetached):
		return 0
	case err != nil:
		fmt.Fprintln(os.Stderr, "fdlab: "+err.Error())
		return 1
	case exit.Signal != "":
		rec.Put(&trace.Record{Kind: trace.Note, FD: trace.NoFD, Str: rec.String("the program died of " + exit.Signal)})
		return 128 + exit.number
	}
	return exit.Code
}

// awaitHold waits until the instrument has closed the gate, before the program is started: it may have
// opened it again. Or until nobody is there any more.
func awaitHold(c *control.Control) {
	for {
		_, _, changed := c.Gate.Now()
		if _, ever := c.Gate.Held(); ever {
			return
		}
		select {
		case <-changed:
		case <-c.Stopped():
			return
		}
	}
}
