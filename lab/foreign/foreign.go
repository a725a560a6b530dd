package foreign

import (
	"errors"
	"os"
)

// Options say which program is watched, and how.
type Options struct {
	Args    []string    // the program and its arguments, as in a shell
	Files   [3]*os.File // its standard input, output and error
	Payload bool        // record the first bytes that calls move
	Hold    bool        // of an attached program: the gate holds it
}

// Exit says how the program ended.
type Exit struct {
	Code   int    // its exit status; -1: a signal ended it
	Signal string // "SIGSEGV", or ""
	number int
}

// Refusal says why a program cannot be watched, and what to do about that. Both are
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

// errNotHere: ptrace, seccomp and pidfd_getfd are Linux's.
var errNotHere = &Refusal{Why: "Programs can be watched on Linux only: this needs ptrace(2), seccomp(2) and pidfd_getfd(2).",
	Cure: "In a Linux container or a virtual machine it works; the lessons work here."}

// ErrDetached: the program was let go, and runs on.
var ErrDetached = errors.New("the program was let go, and runs on")

// role is the variable by which a process finds that it is the tracer child, or the
// trampoline. Its value is the role's name.
const role = "FDLAB_FOREIGN"
