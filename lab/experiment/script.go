package experiment

import "time"

// Script is what the world does to the sources of a trial, in the order of
// time. Every engine of a trial gets the same arrivals.
type Script []Arrival

// Arrival is one thing that a source does.
type Arrival struct {
	At     time.Duration // since the script began; held time does not count
	Source string        // "a" or "b"
	Line   string        // what it says, without a newline; "": it ends (EOF)
}

// play lets the script happen to all trials at once. It returns ErrStopped
// when the experiment should end.
func (x *X) play(script Script, trials []*Trial) error {
	began := x.now()
	for _, arrival := range script {
		if !x.Sleep(began + arrival.At - x.now()) {
			return ErrStopped
		}
		if arrival.Line == "" {
			x.Note("%s ends", arrival.Source)
		} else {
			x.Note("%s says %q", arrival.Source, arrival.Line)
		}
		for _, t := range trials {
			source := t.source(arrival.Source)
			if arrival.Line == "" {
				source.end()
			} else if err := source.say(arrival.Line, false); err != nil {
				return err
			}
		}
	}
	return nil
}
