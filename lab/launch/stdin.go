package launch

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// stdin returns what the child reads as its standard input: /dev/null, or a pipe
// that Type fills.
func (r *Run) stdin(piped bool) (*os.File, error) {
	if !piped {
		return os.Open(os.DevNull)
	}
	theirs, ours, err := os.Pipe()
	r.input = ours
	return theirs, err
}

// HasInput reports whether Type can give the program something to read.
func (r *Run) HasInput() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.input != nil && !r.inputEnded && !r.ended
}

// Type puts a text into the program's standard input. It blocks for a moment at
// most: a program that does not read leaves the pipe full.
func (r *Run) Type(text string) error {
	if !r.HasInput() {
		return errors.New("the program's standard input is closed")
	}
	r.input.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
	n, err := r.input.Write([]byte(text))
	switch {
	case os.IsTimeout(err):
		return fmt.Errorf("%s does not read its standard input: the pipe is full, and took %d of %d bytes", r.binary, n, len(text))
	case err != nil:
		return fmt.Errorf("%s reads no standard input: %w", r.binary, err)
	}
	return nil
}

// EndInput closes the standard input: when the program has read what is there, it
// sees the end of file.
func (r *Run) EndInput() error {
	if !r.HasInput() {
		return nil
	}
	r.mu.Lock()
	r.inputEnded = true
	r.mu.Unlock()
	return r.input.Close()
}
