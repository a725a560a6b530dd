package app

import (
	"strings"

	"fdlab/lab/course"
	"fdlab/lab/foreign"
	"fdlab/lab/launch"
	"fdlab/tui/lesson"
	"fdlab/tui/player"
)

// Watching says how a program that knows nothing of fdlab comes onto the stage.
type Watching struct {
	Args    []string // the program and its arguments
	Pid     string   // or a process that runs already
	Dir     string   // the working folder
	Payload bool
	Hold    bool // the program, too; of one that is started: before its first wait
	TTY     bool // of one that is started: it has a terminal of its own
}

// Watch puts any Linux program on the stage: this program is started once more as its
// tracer, and makes its records. For the stage it is a program of one's own.
func (m *Model) Watch(w Watching) {
	title := strings.Join(w.Args, " ")
	args := w.Args
	if w.Pid != "" {
		args, title = []string{w.Pid}, "process "+w.Pid
	}
	title = launch.Quote([]byte(title))
	m.own = &own{
		Program: launch.ThisProgram(title), Dir: w.Dir, lesson: &course.Lesson{Slug: "trace", Title: title},
		env:     []string{foreign.Environment(w.Pid != "", foreign.Options{Payload: w.Payload, Hold: w.Hold, TTY: w.TTY})},
		payload: w.Payload, attached: w.Pid != "", holds: w.Pid == "" || w.Hold, heldFirst: w.Pid == "" && w.Hold,
	}
	m.lesson = lesson.New(m.theme, m.own.lesson, "")
	m.back = atHome
	m.first = m.run(args)
}

// stagePlayer is the player of a run: it has a gate, unless the program is only looked at.
func stagePlayer(mine *own) *player.Player {
	p := player.New(1, 20e6)
	if mine != nil && mine.attached && !mine.holds {
		return p
	}
	return p.Gated()
}

// cannotHold says why the program on the stage is not held.
func (m *Model) cannotHold() string {
	if m.screen == atStage {
		return "This program is only looked at: attach -hold PID holds it, too. ← stops the picture."
	}
	return "A trial cannot be held. Go back in time with ←, or replay it afterwards."
}
