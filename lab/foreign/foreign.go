package foreign

import (
	"errors"
	"os"
	"strings"
)

// Options say which program is watched, and how.
type Options struct {
	Args    []string    // the program and its arguments, as in a shell
	Files   [3]*os.File // its standard input, output and error
	Payload bool        // record the first bytes that calls move
	Hold    bool        // of an attached program: the gate holds it; of one that is started: before its first wait
	TTY     bool        // of one that is started: it has a terminal of its own, and Files are at the other end
}

// Exit says how the program ended.
type Exit struct {
	Code   int    // its exit status; -1: a signal ended it
	Signal string // "SIGSEGV", or ""
	number int
}

// Refusal says why a program cannot be watched, and what to do about it. Both are
// sentences for the person who asked.
type Refusal struct {
	Why, Cure string

	err error // what was met, or nil
}

func (r *Refusal) Error() string {
	if r.Cure == "" {
		return r.Why
	}
	return r.Why + " " + r.Cure
}

func (r *Refusal) Unwrap() error { return r.err }

// ErrDetached: the program is no longer traced, and runs on.
var ErrDetached = errors.New("fdlab has detached from the program, which runs on")

// role is the variable by which a process finds that it is the tracer child, or the
// trampoline. Its value is the role's name.
const role = "FDLAB_FOREIGN"

const (
	launchRole = "launch"
	attachRole = "attach"
)

// Environment returns the variable that makes this very program a tracer child when it is
// started again with it; its arguments are then the program and its own, or a process id.
func Environment(attach bool, opt Options) string {
	words := []string{launchRole}
	if attach {
		words[0] = attachRole
	}
	if opt.Payload {
		words = append(words, "payload")
	}
	if opt.Hold {
		words = append(words, "hold")
	}
	if opt.TTY {
		words = append(words, "tty")
	}
	return role + "=" + strings.Join(words, " ")
}
