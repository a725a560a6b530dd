package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"fdlab/lab/experiment/alone"
	"fdlab/lab/launch"
	"fdlab/lab/skip"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

func TestMain(m *testing.M) { os.Exit(skip.Slow(m)) }

// largest is how large a shipped recording may be: it is fetched with the course.
const largest = 100_000

// facts are what a run of a lesson says, whatever the machine and the order of its
// threads: what was decided, but no figures.
func facts(rec *trace.Recording, records []trace.Record) (all []string) {
	run := world.NewRun(rec)
	run.Apply(records)
	w := run.Live
	add := func(form string, args ...any) { all = append(all, fmt.Sprintf(form, args...)) }
	add("program %s, ended %v", rec.Program, w.Ended)
	add("answer %s, ruling %v", w.Answer, w.Verdict.Ruling)
	for _, s := range w.Steps {
		add("step %s", withoutFigures(s.Text))
	}
	for _, m := range w.Moments {
		add("moment %s", m.Key)
	}
	moments := map[int64]string{}
	for _, m := range w.Moments {
		moments[m.At] = m.Key
	}
	for i := range w.Checks { // the others may be left unjudged on a busy machine
		if c := &w.Checks[i]; c.Decides {
			add("check %s: %v, proved at moment %q", withoutFigures(c.Text), c.Outcome, moments[c.Proof])
		}
	}
	for _, t := range w.Tables {
		add("table %s", withoutFigures(t))
	}
	for _, o := range w.Arguments {
		add("argument %s", o)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// figure is a number, and the unit of time behind it.
var figure = regexp.MustCompile(`[\d.,]*\d(?: (?:ns|µs|ms|s)\b)?`)

// withoutFigures leaves of a text what two runs have in common.
func withoutFigures(text string) string { return figure.ReplaceAllString(text, "#") }

// TestShippedRecordingsAreOfRealRuns: each lesson has one, it is small, whole, and says
// what a run of today says.
func TestShippedRecordingsAreOfRealRuns(t *testing.T) {
	root, err := launch.FindRoot("")
	if err != nil {
		t.Fatal(err)
	}
	dirs, err := alone.Lessons(root, nil)
	if err != nil || len(dirs) == 0 {
		t.Fatalf("%d lessons, %v", len(dirs), err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			again := "make it anew: go run ./lab/experiment/recording " + filepath.Base(dir)[:2]
			file := filepath.Join(dir, trace.Shipped)
			kept, err := trace.ReadFile(file)
			if err != nil {
				t.Fatalf("%v\n%s", err, again)
			}
			if info, err := os.Stat(file); err != nil || info.Size() > largest {
				t.Errorf("%d bytes (%v): want at most %d", info.Size(), err, largest)
			}
			if runtime.GOOS != "linux" {
				t.Skip("the recordings are from Linux: other systems have other backends")
			}
			t.Parallel()
			got := facts(kept, kept.Records)
			for try := 1; ; try++ { // on a busy machine a run may be one that cannot be judged
				today, err := record(root, dir)
				if err != nil && strings.Contains(err.Error(), "could not be judged") {
					if try < 3 {
						continue
					}
					t.Skip("this machine was too busy for the lesson to judge itself")
				}
				if err != nil {
					t.Fatal(err)
				}
				want := facts(today, today.Records)
				if slices.Equal(got, want) {
					return
				}
				if try == 3 {
					t.Fatalf("the recording says\n  %s\na run of today says\n  %s\n%s",
						strings.Join(got, "\n  "), strings.Join(want, "\n  "), again)
				}
			}
		})
	}
}

// TestThinningKeepsWhatIsSaid, and the state in which the run ends.
func TestThinningKeepsWhatIsSaid(t *testing.T) {
	var records []trace.Record
	put := func(r trace.Record) {
		r.Seq, r.Time = uint64(len(records)+1), int64(len(records))*1000
		if r.Thread == 0 {
			r.Thread = 7
		}
		records = append(records, r)
	}
	put(trace.Record{Kind: trace.Open, FD: 3})
	put(trace.Record{Kind: trace.LoopBegin, FD: trace.NoFD, Base: 1, B: 1})
	for i := range 10_000 {
		put(trace.Record{Kind: trace.WaitBegin, FD: trace.NoFD, Base: 1})
		if i%3 == 0 { // another thread in between
			put(trace.Record{Kind: trace.Note, FD: trace.NoFD, Thread: 8})
		}
		put(trace.Record{Kind: trace.WaitEnd, FD: trace.NoFD, Base: 1, A: int64(i % 7 / 3)}) // not strictly periodic
		put(trace.Record{Kind: trace.CallbackBegin, FD: 3, Base: 1, C: 1})
		put(trace.Record{Kind: trace.CallbackEnd, FD: 3, Base: 1, C: 1})
	}
	put(trace.Record{Kind: trace.WaitBegin, FD: trace.NoFD, Base: 1})
	put(trace.Record{Kind: trace.Verdict, FD: trace.NoFD, A: 1})
	kept := thin(records)
	notes := 0
	for i := range kept {
		if kept[i].Kind == trace.Note {
			notes++
		}
		if i > 0 && kept[i].Seq <= kept[i-1].Seq {
			t.Fatalf("record %d after %d", kept[i].Seq, kept[i-1].Seq)
		}
	}
	if notes != 3334 || len(kept)-notes > 1000 {
		t.Errorf("%d notes of 3334, and %d others of %d", notes, len(kept)-notes, len(records))
	}
	end := func(records []trace.Record) *world.World {
		run := world.NewRun(&trace.Recording{})
		run.Apply(records)
		return run.Live
	}
	a, b := end(records), end(kept)
	if !b.Verdict.Given || len(a.Threads) != len(b.Threads) || len(a.Threads[0].Stack) != len(b.Threads[0].Stack) || len(a.FDs) != len(b.FDs) {
		t.Errorf("the thinned run ends in another state: %+v, want %+v", b.Threads, a.Threads)
	}
}
