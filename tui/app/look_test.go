package app

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/player"
	"fdlab/tui/stage"
	"fdlab/tui/theme"
)

// twoPipes is the stage of a run that is over: at 1, 3 and 5 ms something is read
// from fd 6, at 2 and 4 ms from fd 8.
func twoPipes() *Model {
	m := New(&course.Catalogue{}, theme.New(grid.Plain, theme.Dark, false))
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	m.screen = atStage
	s := &session{lesson: &course.Lesson{Slug: "09-x"}, cancel: func() {}, over: true, playback: playback{Player: player.New(1, 1e6).Gated()}}
	s.world = world.NewRun(texts{"left", "right", "read"})
	s.Tracks[0].Begin(s.world)
	records := []trace.Record{{Kind: trace.Open, FD: 6, Str: 1, Thread: 7}, {Kind: trace.Open, FD: 8, Str: 2, Thread: 7}}
	for i, fd := range []int32{6, 8, 6, 8, 6} {
		records = append(records, trace.Record{Kind: trace.CallEnd, FD: fd, Str: 3, A: 1, Thread: 7, Time: int64(i+1) * 1e6})
	}
	s.Apply(s.Tracks[0], records)
	s.Tracks[0].EndAt(0)
	s.End()
	m.session = s
	return m
}

// TestTheEventsOfWhatIsSelected, back and forth, and of nothing else.
func TestTheEventsOfWhatIsSelected(t *testing.T) {
	m := twoPipes()
	s := m.session
	if m.key("p"); !strings.Contains(m.message, "Nothing is selected") {
		t.Errorf("without a selection p says %q", m.message)
	}
	m.key("down")
	m.key("down")
	if got := s.look.Selected.Words(); got != "fd 8" {
		t.Fatalf("selected is %q", got)
	}
	for _, c := range []struct {
		key  string
		want int64
	}{{"p", 4e6}, {"p", 2e6}, {"p", 2e6}, {"n", 4e6}, {"n", 4e6}} {
		if m.key(c.key); s.Now() != c.want {
			t.Errorf("%s leads to %d ns, want %d", c.key, s.Now(), c.want)
		}
	}
}

// TestEscTakesBackOneThingAfterTheOther, and then leads out.
func TestEscTakesBackOneThingAfterTheOther(t *testing.T) {
	m := twoPipes()
	s := m.session
	for _, key := range []string{"down", "F", "R", "q", "backspace", "i", "enter", "Z", "Z"} {
		m.key(key)
	}
	if l := s.look; l.Filter != "Ri" || l.Full != stage.LoopsPanel || l.Selected.Kind != stage.AnFD {
		t.Fatalf("the look is %+v", l)
	}
	if text := m.View(); strings.Contains(text, "file descriptors") || !strings.Contains(text, "threads and loops") {
		t.Errorf("the screen is not that of one panel:\n%s", text)
	}
	m.key("esc")
	if text := m.View(); !strings.Contains(text, "only Ri") || !strings.Contains(text, "right") || strings.Contains(text, "opened fd 6") {
		t.Errorf("the filter is not seen:\n%s", text)
	}
	m.key("esc")
	m.key("esc")
	if s.look != (stage.Look{}) || m.screen != atStage {
		t.Errorf("the look is %+v, the screen %d", s.look, m.screen)
	}
	if m.key("esc"); m.screen == atStage {
		t.Error("esc does not lead out")
	}
}

// TestTheMouseSelectsAndScrolls: a click on a row, the wheel over a panel.
func TestTheMouseSelectsAndScrolls(t *testing.T) {
	m := twoPipes()
	row := -1
	for y, line := range strings.Split(m.View(), "\n") {
		if strings.Contains(line, "right") && strings.Contains(line, " 8 ") && row < 0 {
			row = y
		}
	}
	m.Update(tea.MouseMsg{X: 10, Y: row, Button: tea.MouseButtonLeft, Action: tea.MouseActionPress})
	if got := m.session.look.Selected.Words(); got != "fd 8" {
		t.Errorf("the click selects %q", got)
	}
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	for range 20 {
		m.Update(tea.MouseMsg{X: 10, Y: 20, Button: tea.MouseButtonWheelUp})
	}
	if text := m.View(); m.session.look.Scrolled[stage.FeedPanel] > 0 != strings.Contains(text, "more ↓") {
		t.Errorf("the log is scrolled by %d rows:\n%s", m.session.look.Scrolled[stage.FeedPanel], text)
	}
}

// TestTheLensBecomesTheWindow, as often as there is anything to open; then all is as before.
func TestTheLensBecomesTheWindow(t *testing.T) {
	m := overRun(t, "02-ev-persist", 120, 40)
	m.types("tab", "tab")
	p := m.session.Player
	at, before := p.Now(), p.Column()
	last := before
	for range 10 {
		m.types("z")
		if p.Now() != at {
			t.Fatalf("the playhead has moved to %d", p.Now())
		}
		if p.Column() >= last {
			break
		}
		last = p.Column()
	}
	if last >= before/10 || p.Column() != before {
		t.Errorf("opened down to %d ns a column, and back at %d, want %d", last, p.Column(), before)
	}
	if m.types("z"); !p.Zoomed() {
		t.Error("z opens nothing any more")
	}
	if m.types("-"); p.Zoomed() {
		t.Error("the zoom that a person has chosen would be taken back")
	}
}
