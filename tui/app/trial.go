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
	acts   []*act
	checks []checking
	result *grade.Result // nil while it goes on
	source []string      // the lines of code that the compiler objects to

	untouched bool // the student's program is the starter
}

// act is one run of the program: a trial may start it more than once. The
// trial's clock is that of its acts, one after the other.
type act struct {
	run    *launch.Run
	world  *world.Run
	begins int64 // ns on the trial's clock
	length int64 // ns so far

	shown *world.World // an earlier moment, and
	at    int64        // which; see moment
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
	seen   []sight
	latest *launch.Run
}

// sight is one thing that was seen: a start, a check, or records.
type sight struct {
	run     *launch.Run
	check   string
	now     int64 // of a check: the run's clock
	records []trace.Record
}

func (n *news) Started(run *launch.Run) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.latest = run
	n.seen = append(n.seen, sight{run: run})
}

func (n *news) Recorded(records []trace.Record) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.seen = append(n.seen, sight{records: slices.Clone(records)})
}

func (n *news) Checking(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := sight{check: name}
	if n.latest != nil {
		s.now = n.latest.Reader().Now()
	}
	n.seen = append(n.seen, s)
}

// take returns what was seen since the last call.
func (n *news) take() []sight {
	n.mu.Lock()
	defer n.mu.Unlock()
	seen := n.seen
	n.seen = nil
	return seen
}

// see takes in what the grader saw since the last look.
func (t *trial) see() {
	for _, s := range t.take() {
		switch {
		case s.run != nil:
			t.end()
			t.acts = append(t.acts, &act{run: s.run, world: world.NewRun(s.run.Reader()), begins: t.length()})
		case s.check != "":
			at := s.now
			if n := len(t.acts); n > 0 {
				at += t.acts[n-1].begins
			}
			t.checks = append(t.checks, checking{s.check, at})
		default:
			t.acts[len(t.acts)-1].world.Apply(s.records)
		}
	}
	t.grow()
}

// end makes the last act end with its last record: its program is gone, and the
// grader's thoughts after that are no part of the run. A check that began
// since then lies at that end.
func (t *trial) end() {
	n := len(t.acts)
	if n == 0 {
		return
	}
	t.acts[n-1].length = t.acts[n-1].world.Live.Time
	for i := range t.checks {
		t.checks[i].at = min(t.checks[i].at, t.length())
	}
}

// grow makes the last act as long as its run's clock says.
func (t *trial) grow() {
	if n := len(t.acts); n > 0 {
		a := t.acts[n-1]
		a.length = max(a.length, a.run.Reader().Now(), a.world.Live.Time)
	}
}

// length is how long the trial has lasted.
func (t *trial) length() int64 {
	if n := len(t.acts); n > 0 {
		return t.acts[n-1].begins + t.acts[n-1].length
	}
	return 0
}

// lastRecord is when something happened last, on the trial's clock.
func (t *trial) lastRecord() int64 {
	if n := len(t.acts); n > 0 {
		return t.acts[n-1].begins + t.acts[n-1].world.Live.Time
	}
	return 0
}

// actAt returns the act to which a moment belongs: its number from 0, or -1.
func (t *trial) actAt(at int64) int {
	for i := len(t.acts) - 1; i > 0; i-- {
		if t.acts[i].begins <= at {
			return i
		}
	}
	return min(0, len(t.acts)-1)
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

// moment returns the world as it was at a time of the act's own clock.
func (a *act) moment(at int64) *world.World {
	if a.shown == nil || a.at != at {
		a.shown, a.at = a.world.At(at), at
	}
	return a.shown
}

// neighbour returns the time of the event after (or before) a moment.
func (t *trial) neighbour(at int64, forward bool) (int64, bool) {
	i := t.actAt(at)
	if i < 0 {
		return 0, false
	}
	a := t.acts[i]
	if forward {
		if next, ok := a.world.Next(at - a.begins); ok {
			return a.begins + next, true
		}
		if i+1 < len(t.acts) {
			return t.acts[i+1].begins, true
		}
		return 0, false
	}
	if before, ok := a.world.Previous(at - a.begins); ok {
		return a.begins + before, true
	}
	if i > 0 {
		return a.begins - 1, true // the end of the act before
	}
	return 0, false
}

type (
	gradedMsg struct {
		stand     int
		trial     *trial
		result    *grade.Result
		source    []string
		untouched bool
		err       error // the result was not kept
	}
	standTickMsg struct {
		stand int
		at    time.Time
	}
)

// grade tries the trial's program, and keeps what came of the student's own.
func (m *Model) grade(ctx context.Context, stand int, t *trial, e *course.Exercise) tea.Cmd {
	root := m.course.Root
	return func() (msg tea.Msg) {
		done := gradedMsg{stand: stand, trial: t, result: &grade.Result{Exercise: e.Slug, Package: t.pkg, Outcome: grade.NotJudged}}
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
		done.result = grade.Watch(ctx, root, t.pkg, exam, t.news)
		if b := done.result.Build; b != nil {
			done.source = source(root, b)
		}
		if t.whose == mine && done.result.Outcome != grade.NotJudged {
			done.untouched = e.Untouched(root)
			done.err = course.ProgressOf(root).SaveAttempt(e.Slug, done.result.Outcome == grade.Passed,
				done.result.Told(), time.Now().UTC().Truncate(time.Second))
		}
		return
	}
}

// standTick waits for the next frame.
func standTick(stand int, last time.Time) tea.Cmd {
	return safely(func() tea.Msg {
		time.Sleep(time.Until(last.Add(frame)))
		return standTickMsg{stand, time.Now()}
	})
}
