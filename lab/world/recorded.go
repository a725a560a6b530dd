package world

import (
	"errors"
	"io"

	"fdlab/lab/trace"
)

// Recorded is a run that was read from a recording.
type Recorded struct {
	trace.Header
	Run     *Run
	Strings trace.Strings // of its records
	Lost    uint64        // records, those that were left out on purpose among them
	Flaw    error         // why not all of it could be read, or nil
}

// ReadFile reads a recording, compressed with gzip or not. What is readable of a broken one is in it;
// an error says that nothing is.
func ReadFile(name string) (*Recorded, error) {
	return recorded(func(take func(*trace.Recording, []trace.Record)) (*trace.Recording, error) {
		return trace.ScanFile(name, take)
	})
}

// Read is ReadFile of what the file holds.
func Read(file io.Reader) (*Recorded, error) {
	return recorded(func(take func(*trace.Recording, []trace.Record)) (*trace.Recording, error) {
		return trace.ScanPacked(file, take)
	})
}

func recorded(scan func(take func(*trace.Recording, []trace.Record)) (*trace.Recording, error)) (*Recorded, error) {
	var run *Run
	rec, err := scan(func(rec *trace.Recording, some []trace.Record) {
		if run == nil {
			run = NewRun(rec)
		}
		run.Apply(some)
	})
	switch {
	case run == nil && err == nil:
		return nil, errors.New("the recording is empty")
	case run == nil:
		return nil, err
	}
	return &Recorded{rec.Header, run, rec, rec.Lost, err}, nil
}

// Missing returns how many records of the run are not among Records: those that it keeps no
// more, and those that were lost on their way, of which whoever reads the trace knows.
func (r *Run) Missing(lost uint64) uint64 {
	missing := r.Live.Records + lost
	for _, piece := range r.Records() {
		missing -= uint64(len(piece))
	}
	return missing
}
