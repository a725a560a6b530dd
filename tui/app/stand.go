package app

import (
	"context"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/grade"
	"fdlab/lab/launch"
	"fdlab/tui/exercise"
	"fdlab/tui/grid"
	"fdlab/tui/stage"
)

// stand is the stage of an exercise: the student's program, the solution, or
// both, each in its trial, under one playhead. A trial cannot be held, for the
// grader acts in time; but what has happened can be shown again.
type stand struct {
	number   int
	exercise *course.Exercise
	trials   []*trial // one, or mine and the solution's
	front    int      // which of two is shown where there is room for one, and read

	past      bool  // an earlier moment is shown:
	at        int64 // this one, on the clock of the trials
	replaying bool  // and it moves on
	speed     int   // index in speeds: see fit

	column  int64
	zoomed  bool // the student chose the column
	scroll  int
	ticking bool             // a tick is under way
	report  *exercise.Report // lies over the stage, or nil
}

// speeds are by how much a replay is slower than the run was.
var speeds = []int64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000}

// The least screen on which two runs stand side by side.
const pairWidth, pairHeight = 120, 32

// try builds programs of the exercise and puts their trials on the stage.
func (m *Model) try(which ...whose) tea.Cmd {
	m.endStand()
	m.serial++
	s := &stand{number: m.serial, exercise: m.exercise.Exercise, column: 5e6}
	if old := m.stand; old != nil && old.zoomed {
		s.column, s.zoomed = old.column, true
	}
	m.stand, m.screen, m.output, m.scroll = s, atStand, false, 0
	var cmds []tea.Cmd
	for _, w := range which {
		ctx, cancel := context.WithCancel(context.Background())
		t := &trial{whose: w, pkg: "./" + s.exercise.Dir, cancel: cancel, news: &news{}}
		if w == solution {
			t.pkg = "./" + s.exercise.Solution()
		}
		s.trials = append(s.trials, t)
		cmds = append(cmds, m.grade(ctx, s.number, t, s.exercise))
	}
	s.ticking = true
	return tea.Batch(append(cmds, standTick(s.number, time.Now()))...)
}

// endStand breaks the trials off. They clear up themselves.
func (m *Model) endStand() {
	if m.stand != nil {
		for _, t := range m.stand.trials {
			t.cancel()
		}
	}
}

// graded takes a result.
func (m *Model) graded(msg gradedMsg) tea.Cmd {
	if msg.err != nil {
		m.message = msg.err.Error()
	}
	s := m.stand
	if s == nil || s.number != msg.stand {
		return readExercises(m.course.Root)
	}
	t := msg.trial
	t.see()
	t.result, t.source, t.untouched = msg.result, msg.source, msg.untouched
	if n := len(t.acts); n > 0 && !t.result.Ended {
		// What the program did after the verdict is no part of the trial.
		t.acts[n-1].length = max(int64(t.result.Lasted), t.acts[n-1].world.Live.Time)
	} else {
		t.end()
	}
	t.cancel()
	s.fit(m.grid.W, m.grid.H)
	return readExercises(m.course.Root)
}

// standTicked takes in what the trials did since the last frame, and moves a
// replay on.
func (m *Model) standTicked(msg standTickMsg) tea.Cmd {
	s := m.stand
	if s == nil || s.number != msg.stand {
		return nil
	}
	for _, t := range s.trials {
		if t.result == nil {
			t.see()
		}
	}
	if s.replaying {
		s.show(s.at + int64(frame)/s.slowness())
	}
	s.ticking = s.replaying || !s.over()
	if !s.ticking {
		return nil
	}
	return standTick(s.number, msg.at)
}

// slowness is by how much the replay is slower than the run was. Where nothing
// happens any more, time goes as it went.
func (s *stand) slowness() int64 {
	if s.at >= s.lastRecord() {
		return 1
	}
	return speeds[s.speed]
}

// over reports whether all trials have their result.
func (s *stand) over() bool {
	for _, t := range s.trials {
		if t.result == nil {
			return false
		}
	}
	return true
}

// length is that of the longest trial.
func (s *stand) length() (ns int64) {
	for _, t := range s.trials {
		ns = max(ns, t.length())
	}
	return ns
}

func (s *stand) lastRecord() (ns int64) {
	for _, t := range s.trials {
		ns = max(ns, t.lastRecord())
	}
	return ns
}

// fit chooses, once all is over, a column with which what happened fits the
// time panel, and a speed with which a replay of it takes some seconds.
func (s *stand) fit(w, h int) {
	last := s.lastRecord()
	if !s.over() || last == 0 {
		return
	}
	plot := int64(max(w-20, 10))
	if s.paired(w, h) {
		plot = int64(w/2 - 21)
	}
	for i := len(columns) - 1; i >= 0 && !s.zoomed; i-- {
		if i == len(columns)-1 || columns[i]*plot >= last {
			s.column = columns[i]
		}
	}
	const enough = 6 * time.Second
	for s.speed = 0; s.speed < len(speeds)-1 && last*speeds[s.speed] < int64(enough); s.speed++ {
	}
}

// paired reports whether two runs stand side by side on a screen of w by h cells.
func (s *stand) paired(w, h int) bool {
	return len(s.trials) == 2 && w >= pairWidth && h >= pairHeight
}

// view gathers what the stage shows of a trial; nil: it has no run.
func (s *stand) view(m *Model, i int) *stage.View {
	t := s.trials[i]
	now := t.length()
	if s.past {
		now = min(s.at, now)
	}
	n := t.actAt(now)
	if n < 0 {
		return nil
	}
	a := t.acts[n]
	v := &stage.View{
		Theme: m.theme, Strangers: true, Lesson: fmt.Sprintf("%02d %s", s.exercise.Number, t.whose.words()),
		Run: a.world, World: a.world.Live, Now: now - a.begins, Live: a.length, Column: s.column, Scroll: s.scroll,
		Lost: a.run.Reader().Lost(),
	}
	current := t.checkAt(now)
	if current >= 0 {
		v.Chapter = fmt.Sprintf("check %d of %d: %s", current+1, len(s.exercise.Checks), t.checks[current].name)
	}
	if n > 0 {
		v.Chapter = "started again · " + v.Chapter
	}
	if now < t.length() {
		v.World = a.moment(v.Now)
	}
	v.Status, v.Words = s.status(t, now)
	judgement := s.judgement(m, t, current)
	if len(s.trials) == 2 && i != s.front {
		judgement.Read = "tab, enter"
	}
	v.Judgement, v.JudgementRows = judgement.DrawPanel, judgement.Rows()
	v.Keys = s.keys(s.paired(m.grid.W, m.grid.H))
	return v
}

// judgement is what is known of a trial when a check is shown.
func (s *stand) judgement(m *Model, t *trial, current int) *exercise.Trial {
	j := &exercise.Trial{Theme: m.theme, At: current, Result: t.result, Read: "enter"}
	for _, c := range s.exercise.Checks {
		j.Checks = append(j.Checks, c.Name)
	}
	return j
}

// status says which of the stage's states a trial is in, at a moment.
func (s *stand) status(t *trial, now int64) (stage.Status, string) {
	a := t.acts[len(t.acts)-1]
	switch {
	case s.replaying && now < t.length():
		return stage.Replay, fmt.Sprintf("1/%d", s.slowness())
	case s.past && now < t.length():
		return stage.Past, ""
	case t.result != nil && t.result.Outcome == grade.NotJudged:
		return stage.Over, "The grader could not carry the trial out: " + t.result.Err
	case t.result != nil && !t.result.Ended:
		return stage.Judged, ""
	case t.result != nil:
		return stage.Over, "The program has " + a.run.Exit().String() + "."
	case a.world.Live.Records == 0:
		return stage.Starting, "The program runs. It has not recorded anything yet."
	}
	return stage.Running, ""
}

func (w whose) words() string {
	if w == mine {
		return "mine"
	}
	return "the solution"
}

// draw draws the stand.
func (s *stand) draw(r grid.Region, m *Model) {
	switch {
	case m.output:
		drawOutput(r, m, s.output())
		return
	case s.report != nil:
		s.report.Draw(r)
		return
	}
	if !s.paired(r.W, r.H) {
		if v := s.view(m, s.front); v != nil {
			stage.Draw(r, v)
		} else {
			s.drawNoRun(r, m, s.trials[s.front])
		}
		return
	}
	pair := s.pair(m)
	stage.DrawPair(r, pair)
	for i, v := range pair {
		if v == nil {
			s.drawNoRun(stage.Half(r, i), m, s.trials[i])
		}
	}
}

// pair is what stands side by side.
func (s *stand) pair(m *Model) [2]*stage.View { return [2]*stage.View{s.view(m, 0), s.view(m, 1)} }

// drawNoRun says why a trial has no run: not yet, or never.
func (s *stand) drawNoRun(r grid.Region, m *Model, t *trial) {
	const back = " back to the exercise"
	switch {
	case t.result == nil:
		drawBuilding(r, m, t.whose.words()+": go build "+t.pkg+" ...")
	case t.result.Build != nil:
		drawBuildError(r, m, t.result.Build, t.source, back)
	case t.result.Outcome == grade.NotJudged:
		drawFault(r, m, "this program cannot be tried", t.result.Err, back)
	default: // it was not even started, and the report says why
		s.readReport(m, t).Draw(r)
	}
}

// readReport is the whole result of a trial.
func (s *stand) readReport(m *Model, t *trial) *exercise.Report {
	return &exercise.Report{
		Trial: *s.judgement(m, t, -1), Title: fmt.Sprintf("%02d %s", s.exercise.Number, s.exercise.Title),
		Mine: t.whose == mine, Untouched: t.untouched, Number: s.exercise.Number,
	}
}

// readable reports whether the program in front has a result to be read. Of one
// that was never started, the stage itself says why.
func (s *stand) readable() bool {
	t := s.trials[s.front]
	return t.result != nil && len(t.acts) > 0
}

// output is what the program in front printed, in its last act; nil: nothing.
func (s *stand) output() *launch.Output {
	t := s.trials[s.front]
	if n := len(t.acts); n > 0 {
		return t.acts[n-1].run.Output()
	}
	return nil
}

// keys are the keys that work now. Where the row is short, the first ones stay.
func (s *stand) keys(paired bool) []stage.Key {
	var keys []stage.Key
	add := func(key, does string) { keys = append(keys, stage.Key{Key: key, Does: does}) }
	switch {
	case s.replaying:
		add("space", "pause")
		add("[ ]", "slower, faster")
	case s.past && s.over():
		add("space", "replay")
		add(", .", "event")
		add("← →", "time")
		add("end", "the end")
	case s.past:
		add("end", "live")
		add("← →", "time")
	case s.over():
		if s.readable() {
			add("enter", "result")
		}
		add("space", "replay")
		add("r", "rebuild")
	default:
		add("←", "back in time")
	}
	switch {
	case len(s.trials) == 1:
		add("b", "both")
	case paired:
		add("tab", "read "+s.trials[1-s.front].whose.words())
	case s.front == 0:
		add("tab", "solution")
	default:
		add("tab", "mine")
	}
	if s.over() && !s.past {
		add(",", "event back")
	} else {
		add("r", "rebuild")
	}
	if out := s.output(); out != nil {
		if total, _ := out.Size(); total > 0 {
			add("o", "output")
		}
	}
	add("?", "help")
	if s.over() {
		add("q", "back")
	} else {
		add("q", "break off")
	}
	return keys
}
