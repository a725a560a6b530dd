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
	"fdlab/tui/player"
	"fdlab/tui/stage"
	"fdlab/tui/theme"
)

const root = "../.."

// tried is a stand with trials of the packages that have come to their end.
// They count as the solution's, so that no progress is kept.
func tried(t *testing.T, exercise string, pkgs ...string) (*Model, *trialStage) {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	m := New(&course.Catalogue{Root: root}, theme.New(grid.Plain, theme.Dark, false))
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	s := newTrials(1, course.ReadExercise(root, "exercises/"+exercise))
	m.exercise.Exercise = s.exercise
	m.trialStage, m.screen = s, atTrials
	for _, pkg := range pkgs {
		s.add(&trial{whose: solution, pkg: pkg, cancel: func() {}})
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

func past(s *trialStage) bool      { return s.State() == player.Past || replaying(s) }
func replaying(s *trialStage) bool { return s.State() == player.Replay }

// show puts the playhead on a moment.
func show(s *trialStage, at int64) {
	s.ToStart()
	s.Seek(0, at)
}

// TestTheStageShowsWhatWasJudged: all records, in their order.
func TestTheStageShowsWhatWasJudged(t *testing.T) {
	_, s := tried(t, "01-two-pipes", "./exercises/01-two-pipes/testdata/starter", "./solutions/01-two-pipes")
	for i, want := range []grade.Outcome{grade.Failed, grade.Passed} {
		tr, runs := s.trials[i], i+1 // the solution is started once more, for the other order of ends
		if tr.result.Outcome != want || tr.Runs() != runs || tr.Run().Live.Records != uint64(tr.result.Records) {
			t.Errorf("%s: %s, %d acts; the stage has %d records of %d", tr.pkg, tr.result.Outcome, tr.Runs(), tr.Run().Live.Records, tr.result.Records)
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
	if got := status(); s.Now() != 0 || !slices.Equal(got, []stage.Status{stage.Past, stage.Past}) {
		t.Errorf("at the beginning, %d ns: %v", s.Now(), got)
	}
	// Event by event to the end: each step goes on, and none is left out.
	var events []int64
	for press(m, "."); past(s); press(m, ".") {
		if n := len(events); n > 0 && s.Now() <= events[n-1] {
			t.Fatalf("the event after %d is at %d", events[n-1], s.Now())
		}
		events = append(events, s.Now())
	}
	if len(events) < 100 {
		t.Errorf("only %d events in two runs", len(events))
	}
	// And back to the first. (Two records of one moment may be a nanosecond out
	// of order, so the way back may pass one that the way there met.)
	back := 1
	press(m, ",")
	for before := s.Now(); ; back++ {
		if press(m, ","); s.Now() == before {
			break
		}
		if s.Now() > before {
			t.Fatalf("the event before %d is at %d", before, s.Now())
		}
		before = s.Now()
	}
	if s.Now() != events[0] || back < len(events)*9/10 || back > len(events)*11/10 {
		t.Errorf("%d events lead back to %d; there were %d, from %d on", back, s.Now(), len(events), events[0])
	}
	// When the shorter run is over and the longer goes on, both say so.
	want := []stage.Status{stage.Past, stage.Over}
	shorter := s.trials[1].Length()
	if first := s.trials[0].Length(); first < shorter { // on a busy machine it may be
		want[0], want[1], shorter = stage.Judged, stage.Past, first
	}
	show(s, shorter+1)
	if got := status(); !slices.Equal(got, want) {
		t.Errorf("between the two ends: %v, want %v", got, want)
	}
}

// TestAReplayRunsToTheEnd, and says all the time that it is one.
func TestAReplayRunsToTheEnd(t *testing.T) {
	m, s := tried(t, "01-two-pipes", "./solutions/01-two-pipes")
	if cmd := m.key(" "); cmd == nil || !replaying(s) || s.Now() != 0 {
		t.Fatal("space begins no replay at the beginning")
	}
	frames := 0
	for before := int64(-1); past(s); frames++ {
		v := s.view(m, 0)
		if v.Status != stage.Replay || !strings.HasPrefix(v.Words, "1/") || s.Now() <= before {
			t.Fatalf("frame %d, at %d after %d: state %v %q", frames, s.Now(), before, v.Status, v.Words)
		}
		before = s.Now()
		m.Update(frameMsg{s.number, time.Time{}})
	}
	if seconds := time.Duration(frames) * frame; seconds < 5*time.Second || seconds > 20*time.Second {
		t.Errorf("a replay of %v took %v", time.Duration(s.Length()), seconds)
	}
	if v := s.view(m, 0); replaying(s) || v.Status != stage.Over {
		t.Errorf("after it: replaying %v, state %v", replaying(s), v.Status)
	}
	press(m, "g", " ", " ")
	if replaying(s) || !past(s) {
		t.Error("space does not pause a replay")
	}
}

// TestAProgramThatIsStartedTwice: the playhead goes from one run to the other.
func TestAProgramThatIsStartedTwice(t *testing.T) {
	m, s := tried(t, "09-restart", "./solutions/09-restart")
	tr := s.trials[0]
	if tr.Runs() != 2 {
		t.Fatalf("%d runs, want two: %s %s", tr.Runs(), tr.result.Outcome, tr.result.Err)
	}
	if v := s.view(m, 0); v.Run != tr.Run() || !strings.HasPrefix(v.Chapter, "started again · check 4") {
		t.Errorf("at the end the stage shows another run, %q", v.Chapter)
	}
	second := tr.Begins(1)
	show(s, second)
	press(m, ",")
	if v := s.view(m, 0); s.Now() >= second || v.Run == tr.Run() || strings.Contains(v.Chapter, "again ·") {
		t.Errorf("before the second run, at %d of %d, it shows %q", s.Now(), second, v.Chapter)
	}
	press(m, ".")
	if s.Now() < second {
		t.Errorf("the next event is at %d, the second run begins at %d", s.Now(), second)
	}
}

// TestTheColumnFitsWhatHappened, unless the student has chosen one.
func TestTheColumnFitsWhatHappened(t *testing.T) {
	m, s := tried(t, "04-idle-timeout", "./solutions/04-idle-timeout")
	const plot = 100
	if last := s.trials[0].LastRecord(); s.Column()*plot < last || s.Column() > 100e6 {
		t.Errorf("a column of %v for a run of %v", time.Duration(s.Column()), time.Duration(last))
	}
	before := s.Column()
	press(m, "+")
	s.fit(120, 40)
	if s.Column() >= before {
		t.Errorf("zoomed in, a column is %v", time.Duration(s.Column()))
	}
}

// TestAClientHasOneName: the rows of the stage call it as the feedback does, and not by
// the port that the kernel has picked.
func TestAClientHasOneName(t *testing.T) {
	m, s := tried(t, "12-echo", "./solutions/12-echo")
	seen := false
	for end, n := s.trials[0].Length(), int64(1); n <= 20; n++ {
		show(s, end*n/20)
		view := m.View()
		if strings.Contains(view, "TCP from 127.0.0.1:") {
			t.Fatalf("a client is shown by its port:\n%s", view)
		}
		seen = seen || strings.Contains(view, "client a")
	}
	if !seen {
		t.Error("client a was never shown")
	}
}
