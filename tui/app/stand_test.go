package app

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/grade"
	"fdlab/tui/grid"
	"fdlab/tui/stage"
	"fdlab/tui/theme"
)

const root = "../.."

// tried is a stand with trials of the packages that have come to their end.
// They count as the solution's, so that no progress is kept.
func tried(t *testing.T, exercise string, pkgs ...string) (*Model, *stand) {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	m := New(&course.Catalogue{Root: root}, theme.New(grid.Plain, theme.Dark, false))
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	s := &stand{number: 1, exercise: course.ReadExercise(root, "exercises/"+exercise), column: 5e6}
	m.exercise.Exercise = s.exercise
	m.stand, m.screen = s, atStand
	for _, pkg := range pkgs {
		s.trials = append(s.trials, &trial{whose: solution, pkg: pkg, cancel: func() {}, news: &news{}})
	}
	for _, tr := range s.trials {
		m.Update(m.grade(context.Background(), s.number, tr, s.exercise)())
	}
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil || len(left) > 0 {
		t.Errorf("the trials have left %v (%v)", left, err)
	}
	return m, s
}

func press(m *Model, keys ...string) {
	for _, key := range keys {
		m.key(key)
	}
}

// TestTheStageShowsWhatWasJudged: all records, in their order.
func TestTheStageShowsWhatWasJudged(t *testing.T) {
	_, s := tried(t, "01-two-pipes", "./exercises/01-two-pipes/testdata/starter", "./solutions/01-two-pipes")
	for i, want := range []grade.Outcome{grade.Failed, grade.Passed} {
		tr := s.trials[i]
		if tr.result.Outcome != want || len(tr.acts) != 1 || tr.acts[0].world.Live.Records != uint64(tr.result.Records) {
			t.Errorf("%s: %s, %d acts; the stage has %d records of %d", tr.pkg, tr.result.Outcome, len(tr.acts), tr.acts[0].world.Live.Records, tr.result.Records)
		}
	}
	if n := len(s.trials[1].checks); n != len(s.exercise.Checks) {
		t.Errorf("%d checks were seen to begin, the exercise has %d", n, len(s.exercise.Checks))
	}
}

// TestOnePlayheadForBoth moves it through two runs of different length.
func TestOnePlayheadForBoth(t *testing.T) {
	m, s := tried(t, "01-two-pipes", "./exercises/01-two-pipes/testdata/starter", "./solutions/01-two-pipes")
	status := func() (both []stage.Status) {
		for _, v := range s.pair(m) {
			both = append(both, v.Status)
		}
		return both
	}
	if got := status(); !slices.Equal(got, []stage.Status{stage.Judged, stage.Over}) {
		t.Fatalf("at the end the states are %v", got)
	}
	press(m, "g")
	if got := status(); s.at != 0 || !slices.Equal(got, []stage.Status{stage.Past, stage.Past}) {
		t.Errorf("at the beginning, %d ns: %v", s.at, got)
	}
	// Event by event to the end: each step goes on, and none is left out.
	var events []int64
	for press(m, "."); s.past; press(m, ".") {
		if n := len(events); n > 0 && s.at <= events[n-1] {
			t.Fatalf("the event after %d is at %d", events[n-1], s.at)
		}
		events = append(events, s.at)
	}
	if len(events) < 100 {
		t.Errorf("only %d events in two runs", len(events))
	}
	// And back to the first. (Two records of one moment may be a nanosecond out
	// of order, so the way back may pass one that the way there met.)
	back := 1
	press(m, ",")
	for before := s.at; ; back++ {
		if press(m, ","); s.at == before {
			break
		}
		if s.at > before {
			t.Fatalf("the event before %d is at %d", before, s.at)
		}
		before = s.at
	}
	if s.at != events[0] || back < len(events)*9/10 || back > len(events)*11/10 {
		t.Errorf("%d events lead back to %d; there were %d, from %d on", back, s.at, len(events), events[0])
	}
	// When the shorter run is over and the longer goes on, both say so.
	s.show(s.trials[1].length() + 1)
	if got := status(); !slices.Equal(got, []stage.Status{stage.Past, stage.Over}) {
		t.Errorf("between the two ends: %v", got)
	}
}

// TestAReplayRunsToTheEnd, and says all the time that it is one.
func TestAReplayRunsToTheEnd(t *testing.T) {
	m, s := tried(t, "01-two-pipes", "./solutions/01-two-pipes")
	if cmd := m.key(" "); cmd == nil || !s.replaying || s.at != 0 {
		t.Fatal("space begins no replay at the beginning")
	}
	frames := 0
	for before := int64(-1); s.past; frames++ {
		v := s.view(m, 0)
		if v.Status != stage.Replay || !strings.HasPrefix(v.Words, "1/") || s.at <= before {
			t.Fatalf("frame %d, at %d after %d: state %v %q", frames, s.at, before, v.Status, v.Words)
		}
		before = s.at
		m.Update(standTickMsg{s.number, time.Time{}})
	}
	if seconds := time.Duration(frames) * frame; seconds < 5*time.Second || seconds > 20*time.Second {
		t.Errorf("a replay of %v took %v", time.Duration(s.length()), seconds)
	}
	if v := s.view(m, 0); s.replaying || v.Status != stage.Over {
		t.Errorf("after it: replaying %v, state %v", s.replaying, v.Status)
	}
	press(m, "g", " ", " ")
	if s.replaying || !s.past {
		t.Error("space does not pause a replay")
	}
}

// TestAProgramThatIsStartedTwice: the playhead goes from one run to the other.
func TestAProgramThatIsStartedTwice(t *testing.T) {
	m, s := tried(t, "09-restart", "./solutions/09-restart")
	tr := s.trials[0]
	if len(tr.acts) != 2 {
		t.Fatalf("%d runs, want two: %s %s", len(tr.acts), tr.result.Outcome, tr.result.Err)
	}
	if v := s.view(m, 0); v.Run != tr.acts[1].world || !strings.HasPrefix(v.Chapter, "started again · check 4") {
		t.Errorf("at the end the stage shows another run, %q", v.Chapter)
	}
	second := tr.acts[1].begins
	s.show(second)
	press(m, ",")
	if v := s.view(m, 0); s.at >= second || v.Run != tr.acts[0].world || strings.Contains(v.Chapter, "again ·") {
		t.Errorf("before the second run, at %d of %d, it shows %q", s.at, second, v.Chapter)
	}
	press(m, ".")
	if s.at < second {
		t.Errorf("the next event is at %d, the second run begins at %d", s.at, second)
	}
}

// TestTheColumnFitsWhatHappened, unless the student has chosen one.
func TestTheColumnFitsWhatHappened(t *testing.T) {
	m, s := tried(t, "04-idle-timeout", "./solutions/04-idle-timeout")
	const plot = 100
	if last := s.lastRecord(); s.column*plot < last || s.column > 100e6 {
		t.Errorf("a column of %v for a run of %v", time.Duration(s.column), time.Duration(last))
	}
	before := s.column
	press(m, "+")
	s.fit(120, 40)
	if s.column >= before {
		t.Errorf("zoomed in, a column is %v", time.Duration(s.column))
	}
}
