package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"golang.org/x/sys/unix"

	"fdlab/lab/foreign"
	"fdlab/lab/launch"
	"fdlab/lab/trace"
	"fdlab/tui/command"
)

// record runs a program in this terminal, or in none, and keeps what it does with its fds
// in a file. Ctrl-C is the program's, as with strace.
func record(c command.Command) error {
	file, err := create(c.Record, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 1<<16)
	stop, err := trace.StreamOf(launch.Quote([]byte(strings.Join(c.Operands, " "))), out, trace.Slots)
	if err != nil {
		return errors.Join(err, file.Close(), os.Remove(c.Record))
	}
	// Handled, not ignored: what is ignored stays so in the program.
	signal.Notify(make(chan os.Signal, 1), unix.SIGINT, unix.SIGQUIT)
	exit, err := foreign.Launch(trace.Process(), nil, foreign.Options{
		Args: c.Operands, Files: [3]*os.File{os.Stdin, os.Stdout, os.Stderr}, Payload: c.Payload, TTY: c.TTY})
	kept := errors.Join(stop(), out.Flush(), file.Close())
	if err != nil {
		return errors.Join(err, os.Remove(c.Record))
	}
	if kept != nil {
		return fmt.Errorf("not all of the run was kept: %w", kept)
	}
	how := fmt.Sprintf("exit status %d", exit.Code)
	if exit.Signal != "" {
		how = exit.Signal
	}
	fmt.Fprintf(os.Stderr, "fdlab: %s has ended (%s). To see what it did: go run ./tui open %s\n", strings.Join(c.Operands, " "), how, c.Record)
	return nil
}
