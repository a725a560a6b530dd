// Package viewer shows a recorded run to a person, wherever cells can be painted: the
// lesson's claim and question, the stage with its playhead, the end of the run with
// the verdict. It is what a page in a browser has of the instrument.
//
// It knows no terminal, no browser, no file, no clock and no process: whoever has it
// gives it keys and clicks, says how much time has passed, and paints the cells.
package viewer

import (
	"fmt"
	"time"

	"fdlab/lab/world"
	"fdlab/tui/ending"
	"fdlab/tui/grid"
	"fdlab/tui/keys"
	"fdlab/tui/page"
	"fdlab/tui/player"
	"fdlab/tui/stage"
	"fdlab/tui/theme"
)

// Lesson is what the course says of the run. The zero Lesson is for a program that is
// not in the course.
type Lesson struct {
	Slug     string // "02-ev-persist"
	Title    string // "02 EV_PERSIST"; of another program its name
	Claim    string // in one line
	Question string // of Predict
	Options  []Option
	Moments  map[string]Moment // by their keys
}

// Option is one of the answers to a lesson's question.
type Option struct{ Letter, Text string }

// Moment is the words of a moment that the lesson turns on.
type Moment struct{ Question, Answer string }

// Viewer is a run in the hands of a person. It belongs to one goroutine.
type Viewer struct {
	*player.Player
	Theme *theme.Theme

	lesson    Lesson
	run       *world.Run
	lost      uint64
	leftOut   uint64 // of these: on purpose
	recorded  time.Time
	predicted string // the reader's letter, or ""

	tables struct{ question, stage, ending table } // the keys of each

	w, h    int  // the screen
	asks    bool // the lesson's question has the screen
	asksTop int  // the first row of it that is seen
	look    stage.Look
	ending  ending.State
	help    bool
	helpTop int    // the first row of the help that is seen
	explain string // the digit of the warning whose explanation lies over the stage, or ""
	filters bool   // letters of a filter are typed
	message string // a word to the reader, until the next key
	class   *class // what is shown is another instrument's; nil: a recording
}

// New returns a viewer that shows what the lesson asks, if it asks anything.
func New(th *theme.Theme, l Lesson, rec world.Recorded) *Viewer {
	v := &Viewer{
		Player: player.New(1, 20e6), Theme: th, lesson: l,
		run: rec.Run, lost: rec.Lost, leftOut: rec.LeftOut, recorded: rec.Started, w: stage.LeastWidth, h: stage.LeastHeight,
	}
	v.tables.question, v.tables.stage, v.tables.ending = questionKeys(), stageKeys(), endingKeys()
	v.Tracks[0].Begin(v.run)
	v.Tracks[0].EndAt(0)
	v.End()
	v.asks = l.Question != ""
	if rec.Flaw != nil {
		v.message = "Not all of it can be read. " + rec.Flaw.Error()
	}
	return v
}

// Resize says how many cells the screen has.
func (v *Viewer) Resize(w, h int) {
	v.w, v.h = w, h
	v.scrollQuestion(0)
}

// Moves reports whether the playhead goes on by itself.
func (v *Viewer) Moves() bool {
	return (v.State() == player.Replay || v.State() == player.Led) && !v.covered()
}

// covered reports whether something lies over the stage: then its playhead waits.
func (v *Viewer) covered() bool { return v.asks || v.waits() || v.help || v.explain != "" }

// Pass moves a playhead that goes on by itself.
func (v *Viewer) Pass(d time.Duration) {
	if v.Moves() {
		v.Advance(d)
	}
}

// ShowAt shows the stage at a time of the run, in ns; at a negative one
// the end of the run.
func (v *Viewer) ShowAt(at int64) {
	if v.asks = false; at < 0 {
		v.ToEnd()
		return
	}
	v.Seek(0, at)
}

// Draw draws the screen.
func (v *Viewer) Draw(r grid.Region) {
	if r.W < stage.LeastWidth || r.H < stage.LeastHeight {
		page.Wrap(r, 0, v.Theme.Style(theme.Text), fmt.Sprintf("fdlab needs %dx%d. This is %dx%d. Enlarge the window.",
			stage.LeastWidth, stage.LeastHeight, r.W, r.H))
		return
	}
	switch {
	case v.asks:
		v.drawQuestion(r)
	case v.waits():
		v.drawWaiting(r)
	case v.atItsEnd():
		ending.Draw(r, v.endingView())
	default:
		s := v.view()
		stage.Draw(r, s, stage.LayoutOf(r.W, r.H, s))
	}
	switch {
	case v.help:
		v.drawHelp(r)
	case v.explain != "":
		stage.DrawExplanation(r, v.Theme, v.explain)
	}
	switch {
	case v.filters:
		stage.DrawFilter(r, v.Theme, v.look.Filter)
	case v.message != "":
		row, _ := r.Bottom(1)
		row.Fill(0, 0, row.W, 1, ' ', v.Theme.Style(theme.Alarm))
		row.Cut(1, 0, row.W-2, v.Theme.Style(theme.Alarm), v.message)
	}
}

// atItsEnd reports whether the end of the run is shown, and there is something to say
// about it.
func (v *Viewer) atItsEnd() bool {
	w := v.run.Live
	return v.State() == player.Ended && (w.Verdict.Given || len(w.Checks) > 0 || w.Ended)
}

// title is what the stage says on top.
func (v *Viewer) title() string {
	if v.class != nil {
		return v.classTitle()
	}
	return v.lesson.Title + " · recorded " + v.recorded.Local().Format(time.DateTime)
}

func (v *Viewer) options() map[string]string {
	options := map[string]string{}
	for _, o := range v.lesson.Options {
		options[o.Letter] = o.Text
	}
	return options
}

// view gathers what the stage shows.
func (v *Viewer) view() *stage.View {
	shown, _ := v.Player.Moment(0)
	s := &stage.View{
		Theme: v.Theme, Lesson: v.title(), Lost: v.lost, LeftOut: v.leftOut,
		Run: shown.Run, World: shown.World, Now: shown.Now, Live: shown.Live,
		Column: v.Column(), Gaps: v.Gaps(), Look: v.look, Band: v.band(),
		Predicted: v.predictedOfRun(), Options: v.options(), Keys: v.now(),
	}
	s.Events, s.Wide = v.Events()
	s.Status, s.Words = v.status()
	return s
}

func (v *Viewer) status() (stage.Status, string) {
	switch v.State() {
	case player.Replay:
		return stage.Replay, fmt.Sprintf("1/%d", v.Slowness())
	case player.Past:
		return stage.Past, ""
	case player.Led:
		return stage.Led, ""
	case player.Paused:
		return stage.Paused, ""
	case player.AtMoment:
		return stage.AtMoment, ""
	case player.Live:
		return v.live()
	}
	return stage.Over, "This is the end of the recording."
}

// band is what stands in the top rows at the reader's pace, and at a moment.
func (v *Viewer) band() *stage.Band {
	b := &stage.Band{Of: len(v.lesson.Moments), Behind: v.Behind(), Space: "the answer"}
	i, answered, ok := v.Standing()
	switch {
	case ok:
		b.Number, b.Moment = i+1, &v.run.Live.Moments[i]
		question, answer := v.Asked()
		if b.Question = question; answered {
			b.Answer, b.Space = answer, "go on"
		}
	case v.State() == player.Led || v.State() == player.Paused:
	default:
		return nil
	}
	return b
}

// Asked returns the words of the moment where the playhead stands; without any, the key
// has to do.
func (v *Viewer) Asked() (question, answer string) {
	i, _, ok := v.Standing()
	if !ok {
		return "", ""
	}
	key := v.run.Live.Moments[i].Key
	if words, known := v.lesson.Moments[key]; known {
		return words.Question, words.Answer
	}
	return key, ""
}

// Step returns the number and the words of the step that is shown; 0: the program has
// announced none yet.
func (v *Viewer) Step() (number int, text string) {
	shown, _ := v.Player.Moment(0)
	if shown.World == nil {
		return 0, ""
	}
	step, n := shown.World.Step()
	return n, step.Text
}

func (v *Viewer) endingView() *ending.View {
	return &ending.View{
		Theme: v.Theme, Lesson: v.title(), Claim: v.lesson.Claim, Options: v.options(), Said: v.predictedOfRun(),
		World: v.run.Live, Run: v.run, Last: v.LastRecord(), Lost: v.lost - min(v.leftOut, v.lost),
		Next: []keys.Hint{{Key: "g", Does: "the beginning; from there . goes event by event"}}, Keys: v.now(), State: v.ending,
	}
}
