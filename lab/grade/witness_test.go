package grade

import (
	"context"
	"slices"
	"testing"

	"fdlab/lab/launch"
	"fdlab/lab/trace"
)

// diary is a witness that writes down what it sees.
type diary struct {
	runs    []*launch.Run
	records []trace.Record
	checks  []string
}

func (d *diary) Started(run *launch.Run)   { d.runs, d.records = append(d.runs, run), nil }
func (d *diary) Recorded(r []trace.Record) { d.records = append(d.records, r...) }
func (d *diary) Called(string, string)     {}
func (d *diary) Checking(name string)      { d.checks = append(d.checks, name) }

// TestTheWitnessSeesTheWholeTrial: what it saw is what was judged.
func TestTheWitnessSeesTheWholeTrial(t *testing.T) {
	for _, mode := range []string{"right", "swallows"} {
		var d diary
		exam := mirror(mode)
		r := Watch(context.Background(), root, "./lab/grade/testdata/hostile", exam, &d)
		if len(d.runs) != 1 || r.Records == 0 || !slices.Equal(d.records, r.Trace) {
			t.Errorf("%s: the program was started %d times; %d records were seen, %d were judged", mode, len(d.runs), len(d.records), r.Records)
		}
		if r.Ended != (mode == "right") || r.Lasted <= 0 {
			t.Errorf("%s: it had ended: %v, after %v", mode, r.Ended, r.Lasted)
		}
		var reached []string
		for _, c := range r.Checks {
			if c.Outcome != NotReached {
				reached = append(reached, c.Name)
			}
		}
		if !slices.Equal(d.checks, reached) {
			t.Errorf("%s: the witness saw the checks %q, judged were %q", mode, d.checks, reached)
		}
	}
}

// TestTheWitnessSeesARestart: the program that is started again is a run of its
// own.
func TestTheWitnessSeesARestart(t *testing.T) {
	var d diary
	exam := mirror("")
	exam.Play = func(e *Examiner) {
		for i, check := range exam.Checks {
			f := e.FIFO([]string{"in", "in again"}[i])
			if i == 0 {
				e.Start("right", f.Path)
			} else {
				e.hands = nil // or Restart would take the new FIFO away, too
				e.Restart("right", f.Path)
			}
			e.Check(check)
			f.Opened()
			f.End()
			e.Ends("the FIFO ends, and the program with it", Anyhow)
		}
	}
	if r := Watch(context.Background(), root, "./lab/grade/testdata/hostile", exam, &d); r.Outcome != Passed {
		t.Fatal(r.Text(80))
	}
	if len(d.runs) != 2 || d.runs[0] == d.runs[1] {
		t.Errorf("%d runs were seen, want two", len(d.runs))
	}
}
