// Package app is the instrument: its screens, its keys, its clock, as a model of
// Bubble Tea. What a screen shows is drawn by the packages beside it; what a run
// is, lab/launch and lab/world know.
//
// Update does no I/O and waits for nothing: whatever may take time is a
// command (commands.go), and comes back as a message.
package app

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/tui/exercise"
	"fdlab/tui/grid"
	"fdlab/tui/home"
	"fdlab/tui/inspect"
	"fdlab/tui/keys"
	"fdlab/tui/lesson"
	"fdlab/tui/page"
	"fdlab/tui/stage"
	"fdlab/tui/theme"
)

// The smallest terminal that the screens are made for: a projector with large cells.
const (
	leastWidth  = stage.LeastWidth
	leastHeight = stage.LeastHeight
)

// screen says what fills the terminal.
type screen uint8

const (
	atHome screen = iota
	atLesson
	atStage
	atRuns      // the list of recordings
	atExercises // the list
	atExercise  // the page of one
	atTrials    // its stage
	atEnding    // the stage of a lesson when the run is over: never Model.screen, see place
	atPair      // two runs of a lesson under one playhead: likewise
)

// Model is the instrument's state.
type Model struct {
	theme    *theme.Theme
	grid     *grid.Grid
	course   *course.Catalogue
	progress map[string]course.Result
	inBoth   map[string]inBoth      // on lab/event and on libevent, by slug
	tries    map[string][]stage.Try // what was done by hand in each lesson, by slug
	accounts map[string][]string    // what the last judged run of each lesson printed, by slug

	tables     map[screen]table // the keys of each screen
	screen     screen
	back       screen // where the way out of a lesson leads
	home       home.State
	lesson     lesson.State
	own        *own // a program that is no lesson of the course, or nil
	runs       home.Runs
	session    *session // what the stage shows; nil: nothing was run yet
	earlier    *ran     // the latest run that the stage has left; nil: there was none
	exercises  exercise.List
	exercise   exercise.Page
	trialStage *trialStage // what the stage of an exercise shows; nil: nothing
	children   children    // all programs that may still run
	onlookers  []Onlooker  // whom what is shown is told, and
	told       Place       // what they were told last
	voters     []Voters    // those of them who predict
	serial     int         // number of the latest session: messages of older ones are dropped

	filtering bool      // letters are typed that rows of the stage must have
	help      bool      // the legend lies over the screen
	helpTop   int       // its first row that is shown
	expected  *expected // what the student said of the next run; nil: nothing
	over      overlay   // what lies over the screen, or nil
	search    *search   // the search lies over the screen, or nil
	typing    *typing   // what is typed for the program's standard input, or nil: no key is another's
	guided    *bool     // the stage goes at the reader's pace; nil: nobody has chosen
	output    bool      // what the program printed lies over the stage
	scroll    int       // of the overlay
	unmoused  bool      // the terminal has the mouse: see switchMouse
	message   string    // a word to the student, until the next key
	first     tea.Cmd   // what begins with the instrument, or nil
	quit      bool
}

// New returns the instrument for a course, with what the student did so far.
func New(c *course.Catalogue, th *theme.Theme) *Model {
	g := grid.New(0, 0)
	th.Prepare(g)
	m := &Model{theme: th, grid: g, course: c, progress: map[string]course.Result{}, accounts: map[string][]string{}, inBoth: map[string]inBoth{}, tries: map[string][]stage.Try{}, tables: tables()}
	m.home = home.State{Theme: th, Course: c, Progress: m.progress}
	m.runs = home.Runs{Theme: th}
	m.exercises = exercise.List{Theme: th, Attempts: map[string]course.Attempt{}, Lessons: map[string]string{}}
	for _, l := range c.Lessons {
		m.exercises.Lessons[l.Slug] = l.Title
	}
	m.readProgress()
	return m
}

// Init reads the exercises, and begins with what the command line wants.
func (m *Model) Init() tea.Cmd { return tea.Batch(readExercises(m.course.Root), m.first, m.onlook()) }

// View draws the screen. It changes nothing but the grid.
func (m *Model) View() string {
	if m.quit {
		return ""
	}
	g := m.grid
	g.Clear()
	r := g.Region()
	if g.W < leastWidth || g.H < leastHeight {
		m.drawTooSmall(r)
		return g.Render()
	}
	switch m.screen {
	case atHome:
		m.home.Draw(r, m.now())
	case atLesson:
		m.lesson.Draw(r, m.now())
	case atStage:
		m.session.draw(r, m)
	case atRuns:
		m.runs.Draw(r, m.now())
	case atExercises:
		m.exercises.Draw(r, m.now())
	case atExercise:
		m.exercise.Draw(r, m.now())
	case atTrials:
		m.trialStage.draw(r, m)
	}
	switch {
	case m.help:
		m.drawHelp(r)
	case m.search != nil:
		m.drawSearch(r)
	case m.over != nil:
		m.over.draw(m, r)
	}
	switch {
	case m.filtering && m.playback() != nil:
		stage.DrawFilter(r, m.theme, m.playback().look.Filter)
	case m.typing != nil:
		m.drawTyping(r)
	case m.message != "":
		m.drawMessage(r)
	}
	return g.Render()
}

// drawMessage draws the message in the last rows. What follows from it usually
// stands at its end, so it is folded and not cut.
func (m *Model) drawMessage(r grid.Region) {
	rows := page.Fold(strings.ReplaceAll(m.message, "\n", " "), r.W-2)
	rows = rows[:min(len(rows), r.H/3)]
	bottom, _ := r.Bottom(len(rows))
	bottom.Fill(0, 0, bottom.W, bottom.H, ' ', m.theme.Style(theme.Alarm))
	for y, row := range rows {
		bottom.Text(1, y, m.theme.Style(theme.Alarm), row)
	}
}

// now are the keys that the screen offers at this moment.
func (m *Model) now() []keys.Hint {
	all := m.tables[m.place()].Now(m)
	if stage.IsSmall(m.grid.W, m.grid.H) {
		return keys.Second(all, inspect.NextPanel) // the way to the other panels must find room
	}
	return all
}

// drawTooSmall says what is missing, in whatever room there is.
func (m *Model) drawTooSmall(r grid.Region) {
	st := m.theme.Style(theme.Text)
	r.At(0, 0).Text(st, "fdlab needs ").Int(st, leastWidth).Text(st, "x").Int(st, leastHeight).Text(st, ".")
	r.At(0, 1).Text(st, "This is ").Int(st, int64(r.W)).Text(st, "x").Int(st, int64(r.H)).Text(st, ".")
	r.Text(0, 2, st, "Enlarge the window,")
	r.Text(0, 3, st, "or press q and run")
	r.Text(0, 4, st, "a lesson alone:")
	r.Text(0, 5, st, "go run ./lessons/NN-name")
}

// Kill ends the programs that run, for an instrument that is stuck itself. It may
// be called from any goroutine.
func (m *Model) Kill() { m.children.kill() }

// Close ends whatever still runs or is being built. Call it when the program
// is over: the session's world must not be used any more, for its strings lie
// in the run's memory.
func (m *Model) Close() {
	if m.session != nil {
		m.session.cancel()
	}
	m.endTrials()
	m.children.close()
}
