package app

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/grade"
	"fdlab/lab/grade/exams"
	"fdlab/lab/launch"
	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/player"
)

// whose says whose program is tried.
type whose int

const (
	mine     whose = iota // the student's
	solution              // the lab's
)

// trial is one program in the hands of the grader, as far as it was seen.
type trial struct {
	whose  whose
	pkg    string // "./exercises/01-two-pipes"
	cancel context.CancelFunc
	*news
	*player.Track               // what it did: a trial may start it more than once
	runs          []*launch.Run // those of the track, as processes
	checks        []checking
	result        *grade.Result // nil while it goes on
	source        []string      // the lines of code that the compiler objects to

	signal    string // that has stopped the program, or ""
	untouched bool   // the student's program is the starter
}

// checking says when a check began, on the trial's clock.
type checking struct {
	name string
	at   int64
}

// news is a grade.Witness: it hands what the grader sees from the trial's
// goroutine to Update.
type news struct {
	mu     sync.Mutex // guards what follows
	seen   []report
	latest *launch.Run

	called  map[string]string // the names of the world's clients, by what the records call them
	waiting int               // records in seen
	skipped uint64            // records that found no room there
}

// report is one thing that was seen: a start, a check, or records.
type report struct {
	run     *launch.Run
	check   string
	now     int64 // of a check: the run's clock
	records []trace.Record
}

func (n *news) Started(run *launch.Run) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.latest = run
	n.seen = append(n.seen, report{run: run})
}

// mostWaiting is how many records may wait for Update: 64 MiB.
const mostWaiting = 1 << 20

func (n *news) Recorded(records []trace.Record) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.waiting+len(records) > mostWaiting {
		n.skipped += uint64(len(records))
		return
	}
	n.waiting += len(records)
	n.seen = append(n.seen, report{records: slices.Clone(records)})
}

func (n *news) Called(what, name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.called == nil {
		n.called = map[string]string{}
	}
	n.called[what] = name
}

// named are the strings of a run, in which a client has the name that the feedback
// calls it by.
type named struct {
	trace.Strings
	n *news
}

func (s named) String(id uint32) string {
	text := s.Strings.String(id)
	s.n.mu.Lock()
	defer s.n.mu.Unlock()
	if name, ok := s.n.called[text]; ok {
		return name
	}
	return text
}

func (n *news) Checking(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := report{check: name}
	if n.latest != nil {
		s.now = n.latest.Reader().Now()
	}
	n.seen = append(n.seen, s)
}

// take returns what was seen since the last call.
func (n *news) take() []report {
	n.mu.Lock()
	defer n.mu.Unlock()
	seen := n.seen
	n.seen, n.waiting = nil, 0
	return seen
}

// giveBack puts what was taken, and not looked at, back in its place.
func (n *news) giveBack(seen []report) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.seen = append(seen, n.seen...)
	for _, s := range seen {
		n.waiting += len(s.records)
	}
}

// missed returns how many records found no room.
func (n *news) missed() uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.skipped
}

// see takes in what the grader saw since the last look, and reports whether there
// was time for all of it.
func (t *trial) see() (all bool) {
	end, seen := time.Now().Add(budget), t.take()
	if n := len(t.runs); n > 0 { // what was seen before is of this run
		reader := t.runs[n-1].Reader()
		t.Run().Lost(reader.Lost()+t.missed(), reader.Now())
	}
	for i, s := range seen {
		if i > 0 && time.Now().After(end) {
			t.giveBack(seen[i:])
			return false
		}
		switch {
		case s.run != nil:
			t.end()
			t.Begin(world.NewRun(named{s.run.Reader(), t.news}))
			t.runs = append(t.runs, s.run)
		case s.check != "":
			at := s.now
			if n := t.Runs(); n > 0 {
				at += t.Begins(n - 1)
			}
			t.checks = append(t.checks, checking{s.check, at})
		default:
			t.Apply(s.records)
		}
	}
	if n := len(t.runs); n > 0 {
		if t.signal = t.runs[n-1].Stopped(); t.signal == "" {
			t.Grow(t.runs[n-1].Reader().Now())
		}
	}
	return true
}

// end makes the latest run end with its last record: its program is gone, and the
// grader's thoughts after that are no part of the run. A check that began
// since then lies at that end.
func (t *trial) end() {
	t.EndAt(0)
	for i := range t.checks {
		t.checks[i].at = min(t.checks[i].at, t.Length())
	}
}

// checkAt returns the number, from 0, of the check under which a moment lies;
// -1 before the first.
func (t *trial) checkAt(at int64) int {
	n := -1
	for i, c := range t.checks {
		if c.at <= at {
			n = i
		}
	}
	return n
}

// gradedMsg is the result of a trial.
type gradedMsg struct {
	trialStage int
	trial      *trial
	result     *grade.Result
	source     []string
	untouched  bool
	err        error // the result was not kept
}

// grade tries the trial's program, and keeps what came of the student's own.
func (m *Model) grade(ctx context.Context, trialStage int, t *trial, e *course.Exercise) tea.Cmd {
	root := m.course.Root
	return func() (msg tea.Msg) {
		done := gradedMsg{trialStage: trialStage, trial: t, result: &grade.Result{Exercise: e.Slug, Package: t.pkg, Outcome: grade.NotJudged}}
		defer func() {
			if fault := recover(); fault != nil {
				done.result.Err = fmt.Sprintf("a fault of fdlab: %v", fault)
			}
			msg = done
		}()
		leave := m.children.enter()
		defer leave()
		exam := exams.ByName(e.Slug)
		if exam == nil {
			done.result.Err = "this exercise has no exam: add one to lab/grade/exams/exams.go"
			return
		}
		program := e.Program(root)
		done.result = grade.Watch(ctx, root, t.pkg, exam, t.news)
		if f := done.result.Feedback; f != nil {
			f.Heading = course.Heading(root, f.Lesson, f.Section)
		}
		if b := done.result.Build; b != nil {
			done.source = source(root, b)
		}
		if t.whose == mine && done.result.Outcome != grade.NotJudged {
			done.untouched = e.Untouched(root)
			done.err = course.ProgressOf(root).SaveAttempt(e.Slug, program, done.result.Outcome == grade.Passed,
				done.result.Told(), time.Now().UTC().Truncate(time.Second))
		}
		return
	}
}
