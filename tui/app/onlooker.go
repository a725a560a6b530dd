package app

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/trace"
	"fdlab/tui/player"
)

// Onlooker is told what the instrument shows, while it shows it: a class in their
// browsers, the instructor's notes in a second terminal.
//
// All calls come from the goroutine that has the model, so each must return at once. What
// may take time is for a goroutine of the onlooker's own, which drops and counts what it
// cannot keep up with.
type Onlooker interface {
	// Began says that another run is on the stage, or with nil that none is any more.
	Began(*Onstage)
	// Recorded hands on what that run has recorded since the last call.
	Recorded(Batch)
	// Shown says what the screen shows, whenever that is something else.
	Shown(Place)
}

// Voters are onlookers who predict.
type Voters interface {
	// Votes returns what was predicted for a lesson, by its slug; nil: nobody was asked.
	// It is called for each frame.
	Votes(lesson string) *course.Votes
}

// Onstage is a run that an onlooker can follow: a lesson's, a program's, a recording's.
type Onstage struct {
	trace.Header
	Number int            // of the run: another one for each
	Lesson *course.Lesson // of a program that is no lesson a name, and the number 0
	Live   bool           // it goes on; else it is a recording
}

// Batch is some of what a run has recorded.
type Batch struct {
	Records []trace.Record // in their order; they are the model's, and may be used until the call returns
	Strings trace.Strings  // their texts; likewise
	Now     int64          // how long the run has lasted, in ns
	Lost    uint64         // how many records are lost so far
	Over    bool           // nothing more will come
}

// Place is what the screen shows. Places compare with ==.
type Place struct {
	Screen  string // "home", "lesson", "stage", "ending", "pair", "runs", "exercises", "exercise", "trial"
	Lesson  string // the slug of the lesson that is shown, "" for none
	Section string // of the lesson's page: course.KeyPredict ...
	Told    bool   // the run has answered the lesson's question: today, or earlier

	Run      int          // Onstage.Number of what is on the stage; 0: nothing
	At       int64        // the moment of it that is shown, in ns on its own clock
	State    player.State // whether that goes with the run, or stands
	Moment   string       // the key of the moment that the playhead stands at, or ""
	Number   int          // of that moment, from 1; 0: none
	Answered bool         // its answer is shown

	Votes *course.Votes // for the lesson's question, or nil
}

// screens are the names of the screens for onlookers.
var screens = map[screen]string{
	atHome: "home", atLesson: "lesson", atStage: "stage", atRuns: "runs", atExercises: "exercises",
	atExercise: "exercise", atTrials: "trial", atEnding: "ending", atPair: "pair",
}

// Tell adds an onlooker. Call it before the model is run.
func (m *Model) Tell(o Onlooker) {
	m.onlookers = append(m.onlookers, o)
	if v, ok := o.(Voters); ok {
		m.voters = append(m.voters, v)
	}
}

// votes are what the class has predicted for a lesson, or nil.
func (m *Model) votes(lesson string) *course.Votes {
	for _, o := range m.voters {
		if v := o.Votes(lesson); v != nil {
			return v
		}
	}
	return nil
}

// onlookMsg says that votes may have come: no key and no record tells of them.
type onlookMsg struct{}

const betweenLooks = 250 * time.Millisecond

func nextLook() tea.Cmd {
	return tea.Tick(betweenLooks, func(time.Time) tea.Msg { return onlookMsg{} })
}

// onlook begins to ask for votes, if somebody may vote.
func (m *Model) onlook() tea.Cmd {
	if len(m.voters) == 0 {
		return nil
	}
	return nextLook()
}

// tellBegan says which run is on the stage, and what is known of it.
func (m *Model) tellBegan(s *session) {
	if len(m.onlookers) == 0 {
		return
	}
	run := &Onstage{
		Header: trace.Header{Program: s.lesson.Slug, Started: s.began, LeftOut: s.leftOut},
		Number: s.number, Lesson: s.lesson, Live: s.run != nil,
	}
	for _, o := range m.onlookers {
		o.Began(run)
	}
	for _, records := range s.world.Records() {
		m.tellRecorded(s, records, false)
	}
	if s.over {
		m.tellRecorded(s, nil, true)
	}
}

// tellGone says that no run is on the stage any more.
func (m *Model) tellGone() {
	for _, o := range m.onlookers {
		o.Began(nil)
	}
}

// tellRecorded hands records on; over says that they are the last.
func (m *Model) tellRecorded(s *session, records []trace.Record, over bool) {
	for _, o := range m.onlookers {
		o.Recorded(Batch{Records: records, Strings: s.strings, Now: s.Tracks[0].Length(), Lost: s.lost, Over: over})
	}
}

// tellShown says what is shown, if that is something else than before.
func (m *Model) tellShown() {
	if len(m.onlookers) == 0 {
		return
	}
	now := m.whatIsShown()
	m.lesson.Votes = now.Votes
	if now == m.told {
		return
	}
	m.told = now
	for _, o := range m.onlookers {
		o.Shown(now)
	}
}

func (m *Model) whatIsShown() Place {
	p := Place{Screen: screens[m.place()]}
	var l *course.Lesson
	switch s := m.session; {
	case m.screen == atLesson:
		l, p.Section = m.lesson.Lesson, m.lesson.Key()
	case m.screen == atStage && s != nil:
		l = s.subject()
		if play := m.playback(); play != nil {
			shown, _ := play.Moment(0)
			p.Run, p.At, p.State = s.number, shown.Now, play.State()
			if i, answered, ok := play.Standing(); ok {
				p.Moment, p.Number, p.Answered = shown.Run.Live.Moments[i].Key, i+1, answered
			}
		}
	}
	if l == nil {
		return p
	}
	p.Lesson, p.Told = l.Slug, m.progress[l.Slug].Verdict != ""
	p.Votes = m.votes(l.Slug)
	return p
}
