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
}

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
	}
	return nil
}
