package app

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/player"
	"fdlab/tui/theme"
)

// guidedRun is the stage of a run that is over, at the reader's pace, with a moment
// at its end.
func guidedRun() *Model {
	m := New(&course.Catalogue{}, theme.New(grid.Plain, theme.Dark, false))
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	m.screen = atStage
	l := &course.Lesson{Slug: "09-x", Moments: []course.Moment{{Key: "key", Question: "Who knows it?", Answer: "The kernel."}}}
	s := &session{lesson: l, cancel: func() {}, over: true, playback: playback{Player: player.New(1, 1e6).Gated().Guided()}}
	s.world = world.NewRun(texts{"key", "write"})
	s.Tracks[0].Begin(s.world)
	records := []trace.Record{{Kind: trace.Offer, FD: trace.NoFD, Str: 2, A: 'w', Time: 1}}
	for at := range int64(1000) {
		records = append(records, trace.Record{Kind: trace.WaitBegin, FD: trace.NoFD, Base: 1, Thread: 7, Time: at * 1e6})
	}
	records = append(records, trace.Record{Kind: trace.Moment, FD: trace.NoFD, Str: 1, Time: 1e9})
	s.Apply(s.Tracks[0], records)
	s.Tracks[0].EndAt(0)
	s.End()
	m.session = s
	return m
}

// TestACoveredStageWaits: nobody sees it while the help, an explanation or the
// outline lies over it.
func TestACoveredStageWaits(t *testing.T) {
	m := guidedRun()
	s := m.session
	moves := func() bool {
		before := s.Now()
		for range 5 {
			if m.framed(frameMsg{}) == nil {
				t.Fatal("no more frames are asked for")
			}
		}
		return s.Now() > before
	}
	if !moves() {
		t.Fatal("it does not move")
	}
	for _, key := range []string{"?", "O", "3"} {
		if m.key(key); moves() {
			t.Errorf("it moves while %q lies over it", key)
		}
		if m.key("x"); !moves() {
			t.Errorf("it does not move after %q", key)
		}
	}
}

// TestEnterDoesNotLeadPastWhatIsToCome: the program has ended, the reader is at the run's beginning.
// Explain would tell what the questions ask.
func TestEnterDoesNotLeadPastWhatIsToCome(t *testing.T) {
	m := guidedRun()
	m.session.lesson.Sections = []*course.Section{{Key: course.KeyExplain, Heading: "Explain"}}
	m.lesson.Lesson = m.session.lesson
	if m.key("enter"); m.screen != atStage {
		t.Fatal("amid a guided run enter leaves the stage")
	}
	m.session.ToEnd()
	if m.key("enter"); m.screen == atStage {
		t.Error("at the end enter does not lead to Explain")
	}
}

// TestTheOutlineLeadsToAMoment, and there space shows the answer.
func TestTheOutlineLeadsToAMoment(t *testing.T) {
	m := guidedRun()
	m.key("O")
	m.key("down")
	m.key("enter")
	b := m.session.band()
	if b == nil || b.Number != 1 || b.Question != "Who knows it?" || b.Answer != "" {
		t.Fatalf("the band is %+v", b)
	}
	if m.key(" "); m.session.band().Answer != "The kernel." {
		t.Errorf("after space the band is %+v", m.session.band())
	}
}

// TestWhenTheReadersPaceIsTaken: the first time, or as the student has chosen, but
// never by hand.
func TestWhenTheReadersPaceIsTaken(t *testing.T) {
	yes, no := true, false
	seen := map[string]course.Result{"09-x": {Verdict: "true"}}
	l := &course.Lesson{Slug: "09-x"}
	for _, c := range []struct {
		chosen   *bool
		progress map[string]course.Result
		args     []string
		want     bool
	}{
		{nil, nil, nil, true},
		{nil, seen, nil, false},
		{&yes, seen, nil, true},
		{&no, nil, nil, false},
		{&yes, nil, []string{"-backend=poll"}, true},
		{&yes, nil, []string{interactive}, false},
	} {
		m := &Model{guided: c.chosen, progress: c.progress}
		if got := m.isGuided(l, c.args); got != c.want {
			t.Errorf("chosen %v, progress %v, arguments %q: %v, want %v", c.chosen, c.progress, c.args, got, c.want)
		}
	}
}
