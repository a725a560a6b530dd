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
		} else {
			x.Note("%s says %q", arrival.Source, arrival.Line)
		}
		for _, r := range runs {
			source := r.source(arrival.Source)
			if arrival.Line == "" {
				source.end()
			} else if err := source.say(arrival.Line, false); err != nil {
				return err
			}
		}
		if arrival.Moment != "" {
			x.Pause(glance)
			x.Moment(arrival.Moment, runs[0].Sources[0].FD, runs[0].Sources[1].FD)
		}
	}
	return nil
}
