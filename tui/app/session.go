package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/launch"
	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/stage"
)

// session is one run on the stage: from the build to the verdict.
type session struct {
	number int
	lesson *course.Lesson
	args   []string
	cancel context.CancelFunc // breaks the build off

	run     *launch.Run        // nil until it started
	world   *world.Run         // what was read of it
	build   *launch.BuildError // why it does not compile
	source  []string           // the lines of code that it objects to
	fault   error              // why it could not be started otherwise
	over    bool
	exit    launch.Exit
	printed int64 // bytes that the program printed
	lost    uint64

	held   bool  // the gate is closed, at our wish
	heldAt int64 // since when
	gaps   []stage.Gap
	past   bool  // an earlier moment is shown:
	at     int64 // this one
	live   int64 // the run's clock at the last tick
	shown  *world.World
	column int64
	scroll int
	saved  bool // the verdict went into the progress
}

// columns are the zooms of the time panel: ns to a column.
var columns = []int64{1e6, 2e6, 5e6, 10e6, 20e6, 50e6, 100e6, 200e6, 500e6}

// run builds the lesson and puts it on the stage. What ran before ends.
func (m *Model) run(args []string) tea.Cmd {
	old := m.session
	m.serial++
	ctx, cancel := context.WithCancel(context.Background())
	s := &session{number: m.serial, lesson: m.lesson.Lesson, args: args, cancel: cancel, column: 20e6}
	if old != nil && old.lesson == s.lesson {
		s.column = old.column
	}
	m.session = s
	m.screen, m.output, m.scroll = atStage, false, 0
	return tea.Batch(end(old), m.start(ctx, s.number, "./"+s.lesson.Dir, args))
}

// started takes the news that the program runs, or why it does not.
func (m *Model) started(msg startedMsg) tea.Cmd {
	s := m.session
	if s == nil || s.number != msg.session {
		return endRun(msg.run) // the student has gone elsewhere
	}
	if msg.err != nil {
		if !errors.As(msg.err, &s.build) {
			s.fault = msg.err
		}
		s.source = msg.source
		return nil
	}
	s.run = msg.run
	s.world = world.NewRun(s.run.Reader())
	return tick(s.number, s.run, nil, time.Now())
}

// ticked takes what the program recorded since the last tick.
func (m *Model) ticked(msg tickMsg) tea.Cmd {
	s := m.session
	if s == nil || s.number != msg.session {
		return nil
	}
	if s.held && len(msg.records) > 0 {
		s.stoodUntil(msg.records[0].Time)
	}
	s.world.Apply(msg.records)
	// A record may be younger than the tick's clock.
	s.lost, s.printed, s.live = msg.lost, msg.printed, max(msg.now, s.live, s.world.Live.Time)
	if msg.over {
		s.over, s.exit = true, msg.exit
		s.held = false
		// The clock of a run that is over stands at its last record.
		s.live = s.world.Live.Time
		return m.keep()
	}
	return tea.Batch(m.keep(), tick(s.number, s.run, msg.records, msg.at))
}

// now is the run's time at the moment that is shown. While time is held the
// clock stands still soon after the last thing that happened.
func (s *session) now() int64 {
	switch {
	case s.past:
		return s.at
	case s.over:
		return s.world.Live.Time
	case s.held:
		return min(s.live, s.stands())
	}
	return s.live
}

// stands is where the clock stands still while time is held and nothing
// happens.
func (s *session) stands() int64 { return max(s.world.Live.Time, s.heldAt) + 400e6 }

// stoodUntil notes that the clock goes on from the time to.
func (s *session) stoodUntil(to int64) {
	if from := s.stands(); to > from {
		s.gaps = append(s.gaps, stage.Gap{From: from, To: to})
	}
}

// status says which of the stage's states the session is in.
func (s *session) status() (stage.Status, string) {
	switch {
	case s.run == nil:
		return stage.Building, fmt.Sprintf("go build ./%s ...", s.lesson.Dir)
	case s.past:
		return stage.Past, ""
	case s.over:
		return stage.Over, "The program has " + s.exit.String() + "."
	case s.world.Live.Records == 0:
		return stage.Starting, "The program runs. It has not recorded anything yet."
	case s.held:
		return stage.Held, ""
	}
	return stage.Running, ""
}

// draw draws the stage, or why there is none.
func (s *session) draw(r grid.Region, m *Model) {
	const back = " back to the lesson"
	switch {
	case s.build != nil:
		drawBuildError(r, m, s.build, s.source, back)
		return
	case s.fault != nil:
		drawFault(r, m, "this lesson cannot run", s.fault.Error(), back)
		return
	case s.run == nil:
		_, words := s.status()
		drawBuilding(r, m, words)
		return
	case m.output:
		drawOutput(r, m, s.run.Output())
		return
	}
	stage.Draw(r, s.view(m))
}

// view gathers what the stage shows.
func (s *session) view(m *Model) *stage.View {
	v := &stage.View{
		Theme: m.theme, Lesson: fmt.Sprintf("%02d %s", s.lesson.Number, s.lesson.Title),
		Run: s.world, World: s.world.Live, Now: s.now(), Live: s.live,
		Column: s.column, Gaps: s.gaps, Scroll: s.scroll, Lost: s.lost,
		Predicted: m.progress[s.lesson.Slug].On(s.lesson.Question).Prediction, Options: map[string]string{},
	}
	if s.past && s.shown != nil {
		v.World = s.shown
	}
	for _, o := range s.lesson.Question.Options {
		v.Options[o.Letter] = o.Text
	}
	v.Status, v.Words = s.status()
	v.Keys = s.keys(v.Status)
	return v
}

// keys are the keys that work in a state of the run.
func (s *session) keys(status stage.Status) []stage.Key {
	var keys []stage.Key
	add := func(key, does string) { keys = append(keys, stage.Key{Key: key, Does: does}) }
	switch status {
	case stage.Running:
		add("space", "hold")
		add("←", "back")
	case stage.Held:
		add("space", "go on")
		add(".", "one phase")
		add("←", "back")
	case stage.Past:
		add("space", "to the live edge")
		add("← →", "time")
		add(", .", "event")
	case stage.Over:
		add("←", "back in time")
		add("n", "explain")
	}
	add("r", "rebuild")
	if slices.Contains(s.args, "-interactive") {
		add("i", "run the script")
	} else {
		add("i", "by hand")
	}
	if s.printed > 0 {
		add("o", "output")
	}
	add("?", "help")
	add("q", "back")
	return keys
}
