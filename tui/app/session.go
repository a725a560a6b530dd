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
	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/ending"
	"fdlab/tui/grid"
	"fdlab/tui/player"
	"fdlab/tui/stage"
	"fdlab/tui/theme"
)

// session is one run on the stage: from the build to the verdict.
type session struct {
	playback
	lesson *course.Lesson
	own    *own // the program where it is no lesson of the course, or nil
	args   []string
	cancel context.CancelFunc // breaks the build off

	run     *launch.Run        // nil until it started
	world   *world.Run         // what was read of it
	strings trace.Strings      // of its records
	build   *launch.BuildError // why it does not compile
	source  []string           // the lines of code that it objects to
	fault   error              // why it could not be started otherwise
	over    bool
	exit    launch.Exit
	printed int64 // bytes that the program printed
	lost    uint64
	leftOut uint64 // of these: left out of a recording, on purpose
	signal  string // that has stopped the program, or ""
	poked   *poked // the latest key that the program has not taken yet, or nil

	pair  *pair       // this run beside another one, or nil
	file  string      // a recording's
	tries []stage.Try // what there is to do in a run by hand

	before  *outcome        // of the latest judged run before, of the same lesson; nil: there was none
	changed *ending.Changed // what the student expected of a change, and what was; or nil
	ending  ending.State
	began   time.Time // of the run, by the wall clock
	saved   bool      // the verdict went into the progress
}

// run builds the lesson, or the program of one's own, and puts it on the stage.
// What ran before ends.
func (m *Model) run(args []string) tea.Cmd {
	l, mine := m.lesson.Lesson, m.own
	switch {
	case m.screen == atStage && m.session.onLibevent() != nil:
		return m.buildLibevent()
	case mine != nil && mine.lesson == l:
		return m.put(l, mine, args)
	case l.Number == 0: // a recording of something else
		m.message = "This program is no lesson of the course. To run it: go run ./tui run PATH"
		return nil
	}
	return m.put(l, nil, args)
}

// put puts a program on the stage: a lesson's, or one that stands in the place of a lesson.
func (m *Model) put(l *course.Lesson, mine *own, args []string) tea.Cmd {
	old := m.session
	program := launch.Program{Root: m.course.Root, Package: "./" + l.Dir, Name: l.Slug}
	opt := launch.Options{Args: args, Dir: m.course.Root}
	if mine != nil {
		program, opt.Dir, opt.Stdin, opt.Env = mine.Program, mine.Dir, !mine.attached, mine.env
	}
	m.serial++
	ctx, cancel := context.WithCancel(context.Background())
	s := &session{playback: playback{number: m.serial, Player: stagePlayer(mine)}, lesson: l, own: mine, args: args, cancel: cancel}
	if old != nil && old.lesson == s.lesson {
		s.ZoomLike(old.Player)
		s.before = old.outcomes()
	}
	if mine == nil && m.isGuided(s.lesson, args) {
		s.Guided()
	}
	m.remember(old)
	if mine == nil && slices.Contains(args, interactive) {
		s.tries = m.triesOf(s.lesson)
	}
	m.session = s
	m.screen = atStage
	m.uncoverStage()
	m.tellGone()
	return tea.Batch(end(old), m.start(ctx, s.number, program, opt))
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
	s.run, s.began = msg.run, time.Now()
	s.strings = s.run.Reader()
	s.world = world.NewRun(s.strings)
	s.watchTries()
	s.Tracks[0].Begin(s.world)
	m.tellBegan(s)
	var hold tea.Cmd
	if s.own != nil && s.own.heldFirst {
		hold = m.obey(s.Toggle())
	}
	return tea.Batch(hold, tick(s.number, s.run, nil, nil, time.Now()), s.frames(time.Now()))
}

// ticked takes what the program recorded since the last tick.
func (m *Model) ticked(msg tickMsg) tea.Cmd {
	s := m.session
	if s == nil || s.number != msg.session {
		return nil
	}
	track := s.Tracks[0]
	s.world.Lost(msg.lost, msg.now)
	rest := s.apply(track, msg.records, time.Now().Add(budget))
	applied := msg.records[:len(msg.records)-len(rest)]
	if s.signal = msg.stopped; s.signal != "" {
		s.Stop()
	} else {
		s.GoOn(msg.now)
		track.Grow(msg.now)
		s.try(nil, msg.now)
	}
	s.lost, s.printed = msg.lost, msg.printed
	m.awaitPoke(s, msg.at)
	if msg.over {
		s.over, s.exit = true, msg.exit
		// A program may have slept since its last record, or have made none.
		track.EndAt(s.exit.Clock)
		s.End()
		m.tellRecorded(s, applied, true)
		m.account(s)
		m.compare(s)
		return tea.Batch(m.keep(), m.accountOf(s))
	}
	m.tellRecorded(s, applied, false)
	return tea.Batch(m.keep(), tick(s.number, s.run, msg.records, rest, msg.at))
}

// outcomes is what the run has said, or, if it has said nothing, the latest one before.
func (s *session) outcomes() *outcome {
	if now := outcomeOf(s, theRunBefore); now != nil || s.before == nil {
		return now
	}
	earlier := *s.before
	earlier.of = "an earlier run"
	return &earlier
}

// budget is how long the records of one tick may take. A key must not wait longer.
const budget = 100 * time.Millisecond

// apply adds records to the track until a time has come, and returns the rest.
func (s *session) apply(track *player.Track, records []trace.Record, end time.Time) (rest []trace.Record) {
	const some = 1 << 10
	for len(records) > 0 && time.Now().Before(end) {
		n := min(some, len(records))
		s.Apply(track, records[:n])
		records = records[n:]
	}
	return records
}

// account keeps what a judged run printed, for the lesson's page.
func (m *Model) account(s *session) {
	if s.own != nil || !s.world.Live.Verdict.Given {
		return
	}
	var lines []string
	for _, line := range s.run.Output().Lines() {
		if line.Stream == launch.Stdout {
			lines = append(lines, line.Quoted())
		}
	}
	m.accounts[s.lesson.Slug] = lines
	if m.lesson.Lesson == s.lesson {
		m.lesson.Ran(lines)
	}
}

// status says which of the stage's states the session is in.
func (s *session) status() (stage.Status, string) {
	if s.world == nil {
		return stage.Building, fmt.Sprintf("go build %s ...", s.path())
	}
	switch state := s.State(); {
	case state == player.Replay:
		return stage.Replay, speed(s.Player)
	case state == player.Past:
		return stage.Past, ""
	case state == player.Ended:
		return s.ended()
	case s.signal != "":
		return stage.Stopped, stoppedWords(s.signal, s.run)
	case s.world.Live.Records == 0:
		return stage.Starting, "The program runs. It has not recorded anything yet."
	case state == player.Held && s.Defied() > 0:
		return stage.Unheld, fmt.Sprintf("It does not stop at the gate: %d records since it was told to stop.", s.Defied())
	case state == player.Held:
		return stage.Held, ""
	case state == player.Led:
		return stage.Led, ""
	case state == player.Paused:
		return stage.Paused, ""
	case state == player.AtMoment:
		return stage.AtMoment, ""
	}
	return stage.Running, ""
}

// ended says how a run is over.
func (s *session) ended() (stage.Status, string) {
	if s.run == nil {
		return stage.Over, "This is the end of the recording."
	}
	return stage.Over, "The program has " + s.exit.String() + "."
}

func stoppedWords(signal string, run *launch.Run) string {
	return fmt.Sprintf("A signal has stopped the program: %s. kill -CONT %d lets it go on.", signal, run.Pid())
}

// draw draws the stage, or why there is none.
func (s *session) draw(r grid.Region, m *Model) {
	back := " " + s.wayOut()
	if m.canFallBack() {
		back += " · K the recorded run"
	}
	switch {
	case s.build != nil:
		drawBuildError(r, m, s.build, s.source, back)
		return
	case s.fault != nil:
		drawFault(r, m, s.what()+" cannot run", s.fault.Error(), back)
		return
	case s.world == nil:
		_, words := s.status()
		drawBuilding(r, m, words)
		if m.canFallBack() {
			r.Text(2, 4, m.theme.Style(theme.Faint), "K the recorded run")
		}
		return
	case m.output:
		drawOutput(r, m, s.run.Output())
		return
	case s.pair != nil:
		s.pair.draw(r, m)
		return
	}
	if s.atItsEnd() {
		ending.Draw(r, m.endingView())
		return
	}
	v := s.view(m)
	stage.Draw(r, v, stage.LayoutOf(r.W, r.H, v))
}

// view gathers what the stage shows.
func (s *session) view(m *Model) *stage.View {
	v := &stage.View{
		Theme: m.theme, Lesson: s.title(), Lost: s.lost, LeftOut: s.leftOut,
		Predicted: m.progress[s.lesson.Slug].On(s.lesson.Question).Prediction, Options: map[string]string{}, Keys: m.now(),
	}
	s.fill(v, 0)
	votes := m.votes(s.lesson.Slug)
	if votes.Given() > 0 {
		v.Votes = map[string]string{}
	}
	for _, o := range s.lesson.Question.Options {
		if v.Options[o.Letter] = o.Text; v.Votes != nil {
			v.Votes[o.Letter] = votes.Of(o.Letter)
		}
	}
	v.Status, v.Words = s.status()
	v.Band = s.band()
	v.Tries = s.tries
	return v
}

// band is what stands in the top rows at the reader's pace, and at a moment.
func (s *session) band() *stage.Band {
	b := &stage.Band{Of: len(s.lesson.Moments), Behind: s.Behind(), Space: "the answer"}
	i, answered, ok := s.Standing()
	switch {
	case ok:
		b.Number, b.Moment = i+1, &s.world.Live.Moments[i]
		words := s.lesson.Moment(b.Moment.Key)
		if b.Question = words.Question; answered {
			b.Answer, b.Space = words.Answer, "go on"
		}
	case s.State() == player.Led || s.State() == player.Paused:
	default:
		return nil
	}
	return b
}

// click puts the playhead where the time panel was clicked, or selects what stands
// there.
func (s *session) click(m *Model, x, y int) tea.Cmd {
	if s.world == nil || m.output {
		return nil
	}
	v := s.view(m)
	l := stage.LayoutOf(m.grid.W, m.grid.H, v)
	if m.clickLook(&s.playback, v, &l, x, y) {
		return nil
	}
	return m.seek(&s.playback, 0, v, &l, x, y)
}

// offers reports whether the experiment offers the key now.
func (s *session) offers(key string) (poke rune, ok bool) {
	for _, o := range s.world.Live.Offers {
		if string(o.Key) == key {
			return o.Key, true
		}
	}
	return 0, false
}

// poke hands a key to the experiment; ok is false where it is none of its keys.
// What happened cannot be poked.
func (s *session) poke(m *Model, key string) (cmd tea.Cmd, ok bool) {
	if s.world == nil {
		return nil, false
	}
	c, ok := s.offers(key)
	if !ok {
		return nil, false
	}
	if m.message = s.deaf(); m.message != "" {
		return nil, true
	}
	taken := s.world.Live.Pokes + 1
	if s.poked != nil {
		taken = s.poked.taken + 1
	}
	s.poked = &poked{c, time.Now(), taken, s.lost}
	return tell(s.run, func(r *launch.Run) error { return r.Poke(c) }), true
}

// deaf says why the program cannot be given anything now; "": it can.
func (s *session) deaf() string {
	switch s.State() {
	case player.Led, player.Paused, player.AtMoment:
		if !s.over {
			return "The stage is behind the program, which would get this key. Press end first: it goes live."
		}
		fallthrough
	case player.Ended:
		return "The program has ended and takes no keys: r builds and runs it again."
	case player.Past, player.Replay:
		return "The past takes no keys of the experiment: end goes to the live edge."
	}
	return ""
}

// poked is a key that was handed to the experiment.
type poked struct {
	key   rune
	at    time.Time
	taken int    // how many keys the experiment has taken when it has this one
	lost  uint64 // records, until then
}

// prompt is how soon an experiment should take a key.
const prompt = time.Second

// awaitPoke says so when a key does not arrive: each that does leaves a record.
func (m *Model) awaitPoke(s *session, now time.Time) {
	p := s.poked
	switch {
	case p == nil:
	case s.world.Live.Pokes >= p.taken || s.lost > p.lost: // the record may be among the lost
		s.poked = nil
	case now.Sub(p.at) > prompt:
		s.poked = nil
		if _, offered := s.offers(string(p.key)); !offered {
			return // it took the key off its list just then
		}
		m.message = fmt.Sprintf("The program has not taken the key %c yet.", p.key)
		if s.signal != "" {
			m.message = fmt.Sprintf("The program has not taken the key %c: %s has stopped it.", p.key, s.signal)
		}
	}
}
