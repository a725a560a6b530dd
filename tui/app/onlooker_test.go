//go:build unix

package app

import (
	"path/filepath"
	"slices"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/launch"
	"fdlab/lab/trace"
	"fdlab/tui/grid"
	"fdlab/tui/player"
	"fdlab/tui/theme"
)

// witness is an onlooker that keeps what it was told.
type witness struct {
	runs    []*Onstage // nil: the stage was empty
	records []trace.Record
	texts   []string
	latest  Batch
	over    int // how often a run was said to be over
	places  []Place
	asked   []string // for whose votes
	votes   *course.Votes
}

func (w *witness) Began(run *Onstage) { w.runs = append(w.runs, run) }

func (w *witness) Recorded(r Batch) {
	w.latest = r
	w.records = append(w.records, r.Records...)
	for _, one := range r.Records {
		if one.Str != 0 {
			w.texts = append(w.texts, r.Strings.String(one.Str))
		}
	}
	if r.Over {
		w.over++
	}
}

func (w *witness) Shown(p Place) { w.places = append(w.places, p) }

func (w *witness) Votes(lesson string) *course.Votes {
	w.asked = append(w.asked, lesson)
	return w.votes
}

func (w *witness) place() Place { return w.places[len(w.places)-1] }

// TestAnOnlookerSeesALiveRun: each record once, in order, with the texts; the end; that
// the stage is left.
func TestAnOnlookerSeesALiveRun(t *testing.T) {
	clone, err := launch.FindRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	m := New(&course.Catalogue{Root: t.TempDir()}, theme.New(grid.Plain, theme.Dark, false))
	w := &witness{}
	m.Tell(w)
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	d := drive(t, m)
	p, err := launch.Find(clone, filepath.Join("testdata", "reads", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	m.Run(p, clone, nil)
	d.do(m.first)
	d.until("it has begun", func() bool { return m.session.world != nil && len(m.session.world.Live.Bases) == 1 })
	if n := len(w.runs); n != 2 || w.runs[0] != nil || !w.runs[1].Live || w.runs[1].Number != m.session.number || w.runs[1].Lesson.Number != 0 {
		t.Fatalf("runs: %+v", w.runs)
	}
	if p := w.place(); p.Screen != "stage" || p.Run != m.session.number || p.State != player.Live {
		t.Errorf("the place is %+v", p)
	}
	d.press("I")
	d.press("ctrl+d")
	d.until("it ends", func() bool { return m.session.over })
	if want := m.session.world.Records(); len(want) != 1 || !slices.Equal(w.records, want[0]) {
		t.Errorf("%d records were told", len(w.records))
	}
	if len(w.texts) == 0 || slices.Contains(w.texts, "") {
		t.Errorf("the texts are %q", w.texts)
	}
	if w.over != 1 || !w.latest.Over || w.latest.Now != m.session.Tracks[0].Length() {
		t.Errorf("over %d times, at last %+v", w.over, w.latest)
	}
	if d.press("q"); len(w.runs) != 3 || w.runs[2] != nil || w.place() != (Place{Screen: "home"}) {
		t.Errorf("after q: runs %+v, place %+v", w.runs, w.place())
	}
}

// TestAnOnlookerSeesARecording, whole, and follows the playhead to a moment and back.
func TestAnOnlookerSeesARecording(t *testing.T) {
	m := New(course.Read(root), theme.New(grid.Plain, theme.Dark, false))
	w := &witness{}
	m.Tell(w)
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	recorded, err := Load(filepath.Join(root, "lessons", "02-ev-persist", trace.Shipped))
	if err != nil {
		t.Fatal(err)
	}
	m.Open(recorded)
	m.Update(nil)
	s := m.session
	if len(w.runs) != 1 || w.runs[0].Live || w.runs[0].Lesson.Number != 2 || w.runs[0].Program != "02-ev-persist" {
		t.Fatalf("runs: %+v", w.runs)
	}
	var all []trace.Record
	for _, piece := range s.world.Records() {
		all = append(all, piece...)
	}
	if len(all) < 100 || !slices.Equal(w.records, all) || w.over != 1 {
		t.Errorf("%d records of %d; over %d times", len(w.records), len(all), w.over)
	}
	if p := w.place(); p.Screen != "ending" || p.Run != s.number || p.Lesson != "02-ev-persist" || p.State != player.Ended {
		t.Errorf("at first the place is %+v", p)
	}
	s.ToMoment(0)
	m.Update(nil)
	key := s.world.Live.Moments[0].Key
	if p := w.place(); p.Screen != "stage" || p.Moment != key || p.Number != 1 || p.Answered || p.At != s.world.Live.Moments[0].At {
		t.Errorf("at the moment the place is %+v", p)
	}
	m.Update(tea.KeyMsg{Type: tea.KeySpace, Runes: []rune(" ")})
	if p := w.place(); p.Moment != key || !p.Answered {
		t.Errorf("with its answer the place is %+v", p)
	}
	told := len(w.places)
	if m.Update(nil); len(w.places) != told {
		t.Error("a place is told again that has not changed")
	}
}

// TestTheQuestionAndItsVotesAreTold: the page Predict, and votes that come without a key.
func TestTheQuestionAndItsVotesAreTold(t *testing.T) {
	c := course.Read(root)
	c.Root = t.TempDir() // no progress
	m := New(c, theme.New(grid.Plain, theme.Dark, false))
	w, other := &witness{}, &witness{}
	m.Tell(struct{ Onlooker }{other}) // it has no votes, as the notes
	if m.onlook() != nil {
		t.Error("votes are asked for where nobody votes")
	}
	m.Tell(w)
	if m.onlook() == nil {
		t.Error("votes are not asked for")
	}
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	m.openLesson(1)
	m.lesson.Open(course.KeyPredict)
	m.Update(nil)
	if p := w.place(); p.Screen != "lesson" || p.Lesson != "02-ev-persist" || p.Section != course.KeyPredict || p.Told || p.Votes != nil {
		t.Errorf("the place is %+v", p)
	}
	w.votes = &course.Votes{By: map[string]int{"b": 12, "c": 18}, Present: 31}
	if _, cmd := m.Update(onlookMsg{}); cmd == nil {
		t.Error("votes are not asked for again")
	}
	// The notes are told of the votes that the class has.
	if p := other.place(); p.Votes != w.votes || p.Votes.Given() != 30 {
		t.Errorf("with votes the place is %+v", p)
	}
}
