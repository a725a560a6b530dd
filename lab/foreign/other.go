//go:build !linux || !(amd64 || arm64)

package foreign

import (
	"fdlab/lab/control"
	"fdlab/lab/trace"
)

// errNotHere: ptrace, seccomp and pidfd_getfd are Linux's.
var errNotHere = &Refusal{Why: "Programs can be watched on Linux only: this needs ptrace(2), seccomp(2) and pidfd_getfd(2).",
	Cure: "In a Linux container or a virtual machine it works; the lessons work here."}

// Child returns at once: see child_linux.go.
func Child() {}

// Launch is refused here.
func Launch(*trace.Recorder, *control.Gate, Options) (Exit, error) { return Exit{}, errNotHere }

// Attach is refused here.
func Attach(*trace.Recorder, *control.Gate, int, Options, <-chan struct{}) (Exit, error) {
	return Exit{}, errNotHere
}

// Possible says why no program can be watched here.
func Possible() error { return errNotHere }
