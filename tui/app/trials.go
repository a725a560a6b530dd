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
	"fdlab/tui/player"
	"fdlab/tui/stage"
)

// trialStage is the stage of an exercise: the student's program, the solution, or
// both, each in its trial, under one playhead. A trial cannot be held, for the
// grader acts in time; but what has happened can be shown again.
type trialStage struct {
	playback // its tracks are those of the trials
	exercise *course.Exercise
	trials   []*trial         // one, or mine and the solution's
	report   *exercise.Report // lies over the stage, or nil
}

// The least screen on which two runs stand side by side.
const pairWidth, pairHeight = 120, 32

// try builds programs of the exercise and puts their trials on the stage.
func (m *Model) try(which ...whose) tea.Cmd {
	m.endTrials()
	m.serial++
	s := newTrials(m.serial, m.exercise.Exercise)
	if old := m.trialStage; old != nil {
		s.ZoomLike(old.Player)
	}
	m.trialStage, m.screen, m.output, m.scroll = s, atTrials, false, 0
	var cmds []tea.Cmd
	for _, w := range which {
		ctx, cancel := context.WithCancel(context.Background())
		t := &trial{whose: w, pkg: "./" + s.exercise.Dir, cancel: cancel}
		if w == solution {
			t.pkg = "./" + s.exercise.Solution()
		}
		s.add(t)
		cmds = append(cmds, m.grade(ctx, s.number, t, s.exercise))
	}
	s.ticking = true
	return tea.Batch(append(cmds, nextFrame(s.number, time.Now()))...)
}

func newTrials(number int, e *course.Exercise) *trialStage {
	return &trialStage{playback: playback{number: number, Player: player.New(0, 5e6)}, exercise: e}
}

// add gives a trial a track.
func (s *trialStage) add(t *trial) {
	t.news, t.Track = &news{}, &player.Track{}
	s.trials = append(s.trials, t)
	s.Tracks = append(s.Tracks, t.Track)
}

// endTrials breaks the trials off. They clear up themselves.
func (m *Model) endTrials() {
	if m.trialStage != nil {
		for _, t := range m.trialStage.trials {
			t.cancel()
		}
	}
}

// graded takes a result.
func (m *Model) graded(msg gradedMsg) tea.Cmd {
	if msg.err != nil {
		m.message = msg.err.Error()
	}
	s := m.trialStage
	if s == nil || s.number != msg.trialStage {
		return readExercises(m.course.Root)
	}
	t := msg.trial
	for !t.see() {
	}
	t.result, t.source, t.untouched = msg.result, msg.source, msg.untouched
	if t.Runs() > 0 && !t.result.Ended {
		// What the program did after the verdict is no part of the trial.
		t.EndAt(int64(t.result.Lasted))
	} else {
		t.end()
	}
	t.cancel()
	s.fit(m.grid.W, m.grid.H)
	return readExercises(m.course.Root)
}

// watch takes in what the trials did since the last frame, and reports whether
// one still goes on.
func (s *trialStage) watch() (goesOn bool) {
	for _, t := range s.trials {
		if t.result == nil {
			t.see()
		}
	}
	return !s.over()
}

// over reports whether all trials have their result.
func (s *trialStage) over() bool {
	for _, t := range s.trials {
		if t.result == nil {
			return false
		}
	}
	return true
}

// fit ends the player once all is over, and chooses a column with which what
// happened fits the time panel of a screen of w by h cells.
func (s *trialStage) fit(w, h int) {
	if !s.over() {
		return
	}
	s.End()
	plot := max(w-20, 10)
	if s.paired(w, h) {
		plot = w/2 - 21
	}
	s.FitColumn(plot)
}

// paired reports whether two runs stand side by side on a screen of w by h cells.
func (s *trialStage) paired(w, h int) bool {
	return len(s.trials) == 2 && w >= pairWidth && h >= pairHeight
}

// view gathers what the stage shows of a trial; nil: it has no run.
func (s *trialStage) view(m *Model, i int) *stage.View {
	t := s.trials[i]
	v := &stage.View{Theme: m.theme, Strangers: true, Lesson: fmt.Sprintf("%02d %s", s.exercise.Number, t.whose.words())}
	shown, ok := s.fill(v, i)
	if !ok {
		return nil
	}
	v.Lost = t.runs[shown.Act].Reader().Lost() + t.missed()
	current := t.checkAt(shown.Clock)
	if current >= 0 {
		v.Chapter = fmt.Sprintf("check %d of %d: %s", current+1, len(s.exercise.Checks), t.checks[current].name)
	}
	if shown.Act > 0 {
		v.Chapter = "started again · " + v.Chapter
	}
	v.Status, v.Words = s.status(i)
	judgement := s.judgement(m, t, current)
	if len(s.trials) == 2 && i != s.Front {
		judgement.Read = "tab, enter"
	}
	v.Judgement, v.JudgementRows = judgement.DrawPanel, judgement.Rows()
	v.Keys = m.now()
	return v
}

// judgement is what is known of a trial when a check is shown.
func (s *trialStage) judgement(m *Model, t *trial, current int) *exercise.Trial {
	j := &exercise.Trial{Theme: m.theme, At: current, Result: t.result, Read: "enter"}
	for _, c := range s.exercise.Checks {
		j.Checks = append(j.Checks, c.Name)
	}
	return j
}

// status says which of the stage's states a trial is in, at the moment that is
// shown.
func (s *trialStage) status(i int) (stage.Status, string) {
	t := s.trials[i]
	switch state := s.StateOf(i); {
	case state == player.Replay:
		return stage.Replay, speed(s.Player)
	case state == player.Past:
		return stage.Past, ""
	case t.result != nil && t.result.Outcome == grade.NotJudged:
		return stage.Over, "The grader could not carry the trial out: " + t.result.Err
	case t.result != nil && !t.result.Ended:
		return stage.Judged, ""
	case t.result != nil:
		return stage.Over, "The program has " + t.runs[len(t.runs)-1].Exit().String() + "."
	case t.signal != "":
		return stage.Stopped, stoppedWords(t.signal, t.runs[len(t.runs)-1])
	case t.Run().Live.Records == 0:
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

// draw draws the stage of the exercise.
func (s *trialStage) draw(r grid.Region, m *Model) {
	switch {
	case m.output:
		drawOutput(r, m, s.output())
		return
	case s.report != nil:
		s.report.Draw(r)
		return
	}
	if !s.paired(r.W, r.H) {
		if v := s.view(m, s.Front); v != nil {
			stage.Draw(r, v, stage.LayoutOf(r.W, r.H, v))
		} else {
			s.drawNoRun(r, m, s.trials[s.Front])
		}
		return
	}
	pair := s.pair(m)
	stage.DrawPair(r, pair, stage.LayoutOfPair(r.W, r.H, pair))
	for i, v := range pair {
		if v == nil {
			s.drawNoRun(stage.Half(r.W, r.H, i).In(r), m, s.trials[i])
		}
	}
}

// pair is what stands side by side.
func (s *trialStage) pair(m *Model) [2]*stage.View { return [2]*stage.View{s.view(m, 0), s.view(m, 1)} }

// drawNoRun says why a trial has no run: not yet, or never.
func (s *trialStage) drawNoRun(r grid.Region, m *Model, t *trial) {
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
func (s *trialStage) readReport(m *Model, t *trial) *exercise.Report {
	return &exercise.Report{
		Trial: *s.judgement(m, t, -1), Title: fmt.Sprintf("%02d %s", s.exercise.Number, s.exercise.Title),
		Mine: t.whose == mine, Untouched: t.untouched, Number: s.exercise.Number,
	}
}

// readable reports whether the program in front has a result to be read. Of one
// that was never started, the stage itself says why.
func (s *trialStage) readable() bool {
	t := s.trials[s.Front]
	return t.result != nil && t.Runs() > 0
}

// output is what the program in front printed, in its last act; nil: nothing.
func (s *trialStage) output() *launch.Output {
	t := s.trials[s.Front]
	if n := len(t.runs); n > 0 {
		return t.runs[n-1].Output()
	}
	return nil
}

// read opens the result of the program in front.
func (s *trialStage) read(m *Model) {
	if s.readable() {
		s.report = s.readReport(m, s.trials[s.Front])
	}
}

// tryAgain builds and runs the same programs again, as they are now.
func (m *Model) tryAgain() tea.Cmd {
	var which []whose
	for _, t := range m.trialStage.trials {
		which = append(which, t.whose)
	}
	front := m.trialStage.Front
	cmd := m.try(which...)
	m.trialStage.Front = front
	return cmd
}

// leaveTrials breaks off what still runs, and goes back to the exercise's page.
func (m *Model) leaveTrials() {
	m.endTrials()
	m.trialStage = nil
	m.screen = atExercise
}

// mouseTrials: a click puts the playhead where a time panel was clicked, and
// brings the run there to the front.
func (m *Model) mouseTrials(rows int, click bool, x, y int) tea.Cmd {
	s := m.trialStage
	w, h := m.grid.W, m.grid.H
	switch {
	case m.output:
		m.scroll = max(m.scroll-rows, 0)
	case s.report != nil:
		s.report.Scroll(rows, w, h)
	case !click:
		m.wheelLook(rows/3, x, y)
	case s.paired(w, h):
		pair := s.pair(m)
		for i, l := range stage.LayoutOfPair(w, h, pair) {
			if !stage.Half(w, h, i).Has(x, y) {
				continue
			}
			if s.Front = i; pair[i] != nil {
				if m.clickLook(&s.playback, pair[i], &l, x, y) {
					return nil
				}
				return m.seek(&s.playback, i, pair[i], &l, x, y)
			}
		}
	default:
		if v := s.view(m, s.Front); v != nil {
			l := stage.LayoutOf(w, h, v)
			if m.clickLook(&s.playback, v, &l, x, y) {
				return nil
			}
			return m.seek(&s.playback, s.Front, v, &l, x, y)
		}
	}
	return nil
}
