//go:build unix

package engine_test

import (
	"testing"
	"time"

	"fdlab/lab/experiment"
	"fdlab/lab/experiment/engine"
	"fdlab/lab/experiment/lessontest"
	"fdlab/lab/trace"
)

// table is an experiment in which b speaks, and which shows its latency.
func table() {
	experiment.Main(experiment.Lesson{
		Name: "00-engine", Steps: []string{"one"},
		Run: func(x *experiment.X) {
			script := engine.Script{{At: time.Millisecond, Source: "b", Line: "b1"}, {At: time.Millisecond, Source: "b"}}
			bench := engine.NewBench(x)
			bench.Table(bench.Compare(script, engine.Engine{Name: "reader", Read: func(run *engine.Run) error {
				var buf [16]byte
				for b := run.Sources[1]; !b.Ended(); {
					if _, err := b.Read(buf[:]); err != nil {
						return err
					}
				}
				return nil
			}})...)
		},
	})
}

// TestALatencyBeginsWhenTheTraceSaysSo: what the log calls said, what the trace calls read and the
// number in the table fit together: it is measured from the one, up to after the other.
func TestALatencyBeginsWhenTheTraceSaysSo(t *testing.T) {
	a := lessontest.Record(t, lessontest.Command(t, "table"))
	account, _ := a.End()
	var said, read, latency int64
	for i := range a.Records {
		switch r := &a.Records[i]; {
		case r.Kind == trace.Note && a.String(r) == `b says "b1"`:
			said = r.Time
		case r.Kind == trace.CallEnd && r.A == int64(len("b1\n")):
			read = r.Time
		case r.Kind == trace.Cell && r.D == int64(trace.Nanoseconds):
			latency = r.C // the last column
		}
	}
	if said == 0 || read <= said {
		t.Fatalf("said at %d, read at %d; %s", said, read, account)
	}
	if said+latency < read {
		t.Errorf("said at %d, read at %d ns: %d ns; the table has %d", said, read, read-said, latency)
	}
}
