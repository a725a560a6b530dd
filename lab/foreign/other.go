//go:build !linux || !(amd64 || arm64)

package foreign

import (
	"fdlab/lab/control"
	"fdlab/lab/trace"
)

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
