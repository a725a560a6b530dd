package engine

import (
	"time"

	"fdlab/lab/experiment"
)

// Script is what the world does to the sources of all engines, in the order of
// time. Every engine gets the same arrivals.
type Script []Arrival

// Arrival is one thing that a source does.
type Arrival struct {
	At     time.Duration // since the script began; held time does not count
	Source string        // "a" or "b"
	Line   string        // what it says, without a newline; "": it ends (EOF)
	Moment string        // marked a glance later, in the first run that comes there; or ""
}

// glance is how long it takes at most until the kernel's word on an arrival is in
// the trace.
const glance = 50 * time.Millisecond

// play lets the script happen to all runs at once. It returns ErrStopped when
// the experiment should end.
func play(x *experiment.X, script Script, runs []*Run) error {
	began := x.Now()
	for _, arrival := range script {
		if !x.Sleep(began + arrival.At - x.Now()) {
			return experiment.ErrStopped
		}
		if arrival.Line == "" {
			x.Note("%s ends", arrival.Source)
			for _, r := range runs {
				r.source(arrival.Source).end()
			}
		} else if err := say(x, arrival, runs); err != nil {
			return err
		}
		if arrival.Moment != "" {
			x.Pause(glance)
			x.Moment(arrival.Moment, runs[0].Sources[0].FD, runs[0].Sources[1].FD)
		}
	}
	return nil
}

// say writes an arrival's line to all runs. The first write follows the note at once, and its
// message was said when the trace says so; each of the others was said right before its own write.
func say(x *experiment.X, arrival Arrival, runs []*Run) error {
	before := make([]time.Duration, len(runs)) // it takes system calls to ask
	for i, r := range runs {
		before[i] = r.Delay()
	}
	said := x.Note("%s says %q", arrival.Source, arrival.Line)
	for i, r := range runs {
		if i > 0 {
			said = time.Now()
		}
		if err := r.source(arrival.Source).say(message{text: arrival.Line, before: before[i], said: said}); err != nil {
			return err
		}
	}
	return nil
}
