package experiment

import (
	"errors"
	"io"

	"fdlab/lab/trace"
)

// streamTrace writes the trace of this process to out as JSON Lines, until
// finish.
func streamTrace(out io.Writer) (finish func() error, err error) {
	if trace.Process().On() {
		return nil, errors.New("an instrument records this run already")
	}
	return trace.Stream(out, trace.Slots)
}
