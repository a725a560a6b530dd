//go:build linux && (amd64 || arm64)

package libevent

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fdlab/lab/cc"
	"fdlab/lab/course"
	"fdlab/lab/foreign"
	"fdlab/lab/skip"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

func TestMain(m *testing.M) {
	foreign.Child() // the trampoline is this program
	os.Exit(skip.Slow(m))
}

const root = "../.."

// traced builds a lesson's C program, runs it under the tracer and returns its account.
func traced(t *testing.T, l *course.Lesson) *Account {
	t.Helper()
	program := filepath.Join(t.TempDir(), "libevent")
	var missing cc.NotBuilt
	switch err := Build(context.Background(), root, l.Dir, program); {
	case errors.As(err, &missing) && !strings.HasPrefix(string(missing), "cc:"):
		skip.Missing(t, "%v", err)
	case err != nil:
		t.Fatal(err)
	}
	ring, err := trace.NewRing(1 << 17)
	if err != nil {
		t.Fatal(err)
	}
	defer ring.Close()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	exit, err := foreign.Launch(ring.Recorder(), nil, foreign.Options{Args: []string{program}, Files: [3]*os.File{null, null, os.Stderr}})
	if err != nil || exit.Code != 0 {
		t.Fatalf("it ended with %+v, %v", exit, err)
	}
	r := ring.Reader()
	a := NewAccount(r)
	records := make([]trace.Record, 1024)
	for n := r.Read(records); n > 0; n = r.Read(records) {
		a.Apply(records[:n])
	}
	if r.Lost() > 0 {
		t.Fatalf("%d records were lost", r.Lost())
	}
	return a
}

// recorded is the account of the lesson's run that comes with fdlab.
func recorded(t *testing.T, l *course.Lesson) *Account {
	t.Helper()
	var a *Account
	_, err := trace.ScanFile(filepath.Join(root, l.Dir, "recording.jsonl.gz"), func(rec *trace.Recording, some []trace.Record) {
		if a == nil {
			a = NewAccount(rec)
		}
		a.Apply(some)
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestLibeventAnswersAsOurs: each lesson's program on real libevent, built and traced here,
// shows what our run shows.
func TestLibeventAnswersAsOurs(t *testing.T) {
	for _, l := range course.Read(root).Lessons {
		t.Run(l.Slug, func(t *testing.T) {
			if !Has(filepath.Join(root, l.Dir)) {
				if Why(l.Number) == "" || len(facts[l.Number]) > 0 {
					t.Fatal("it has no program on libevent, and nothing says why")
				}
				return
			}
			lines := Compare(l.Number, recorded(t, l), traced(t, l))
			if len(lines) == 0 {
				t.Fatal("nothing is compared")
			}
			for _, line := range lines {
				t.Logf("step %d, %s: ours %s, libevent's %s", line.Step, line.What, line.Ours, line.Theirs)
				if !line.Same {
					t.Errorf("step %d, %s: ours %q, libevent's %q %s", line.Step, line.What, line.Ours, line.Theirs, line.NotJudged)
				}
			}
		})
	}
}

// TestADifferenceIsTold: a run that did something else is not the same; one that has not
// been, or has been disturbed, is not judged.
func TestADifferenceIsTold(t *testing.T) {
	l := course.Read(root).Lessons[1] // 02
	ours := recorded(t, l)
	for _, c := range []struct {
		what         string
		ours, theirs *Account
		same         bool
		notJudged    string
	}{
		{"the same run", ours, recorded(t, l), true, ""},
		{"another program's run", ours, without(t, l, func(r *trace.Record, text string) bool {
			return r.Kind == trace.CallbackBegin && text == "fifo_read"
		}), false, ""},
		{"no run", ours, nil, false, "libevent's: it has not run"},
		{"no run of ours", nil, ours, false, "ours: it has not run"},
		{"no steps", ours, without(t, l, func(r *trace.Record, _ string) bool { return r.Kind == trace.Step }), false,
			"libevent's: it did not reach this step"},
	} {
		line := Compare(2, c.ours, c.theirs)[0]
		if line.Same != c.same || line.NotJudged != c.notJudged {
			t.Errorf("%s: %+v; want same %v, not judged %q", c.what, line, c.same, c.notJudged)
		}
	}
	poked := &Account{world: &world.World{Pokes: 1}}
	if line := Compare(2, poked, ours)[0]; line.NotJudged == "" || line.Same {
		t.Errorf("a run with a key pressed: %+v; want it not judged", line)
	}
}

// without is a recorded run that lacks some records.
func without(t *testing.T, l *course.Lesson, lacks func(*trace.Record, string) bool) *Account {
	t.Helper()
	rec, err := trace.ReadFile(filepath.Join(root, l.Dir, "recording.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	a := NewAccount(rec)
	a.Apply(slices.DeleteFunc(rec.Records, func(r trace.Record) bool { return lacks(&r, rec.String(r.Str)) }))
	return a
}
