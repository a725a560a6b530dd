package grade

import (
	"fdlab/lab/launch"
	"fdlab/lab/trace"
)

// Witness sees a trial while it goes on: for whoever wants to show it. It is called
// from the trial's goroutine, in the order in which things happen, and must not
// keep it: the world of the trial stands still meanwhile.
type Witness interface {
	// Started: the program runs; once more, if the exam restarts it. The run is
	// for looking (its output, its clock, its strings): the trial ends it.
	Started(run *launch.Run)
	// Recorded: the program's next records. The slice is used again.
	Recorded(records []trace.Record)
	// Called: what the program's records call by its address (a client's connection) is
	// called so in the feedback. It is known before the program's first record of it
	// was handed on.
	Called(what, name string)
	// Checking: the check with that name begins; the one before is passed.
	Checking(name string)
}

// nobody is the witness of a trial that is not watched.
type nobody struct{}

func (nobody) Started(*launch.Run)     {}
func (nobody) Recorded([]trace.Record) {}
func (nobody) Called(string, string)   {}
func (nobody) Checking(string)         {}
