package notes

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/litter"
	"fdlab/tui/app"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

const root = "../.."

// screen is the second terminal of the clone, and its listener.
func screen(t *testing.T, plan int) *Screen {
	t.Helper()
	s, err := NewScreen(course.Read(root), theme.New(grid.Plain, theme.Dark, false), plan)
	if err != nil {
		t.Fatal(err)
	}
	s.Update(tea.WindowSizeMsg{Width: 80, Height: 60})
	t.Cleanup(s.Close)
	return s
}

// until takes what the screen hears until a condition holds.
func (s *Screen) until(holds func(*word) bool) {
	for {
		h := <-s.news
		s.Update(h)
		if holds(h.word) {
			return
		}
	}
}

func (s *Screen) says(t *testing.T, want ...string) {
	t.Helper()
	text := s.View()
	words := strings.Join(strings.Fields(text), " ")
	for _, w := range want {
		if !strings.Contains(words, w) {
			t.Errorf("the notes lack %q:\n%s", w, text)
		}
	}
}

func tell(t *testing.T, root string) *Teller {
	t.Helper()
	teller, err := Tell(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(teller.Close)
	return teller
}

// TestTheNotesFollowTheInstrument of this clone and no other one: they wait for it, show
// what the guide says of what it shows, and wait again when it has ended. It leaves nothing.
func TestTheNotesFollowTheInstrument(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	other := tell(t, t.TempDir())
	other.Shown(app.Place{Screen: "stage", Lesson: "01-select-vs-blocking-io", Moment: "nobody-looks"})

	s := screen(t, 0)
	s.Init()
	s.until(func(w *word) bool { return w == nil })
	s.says(t, "No instrument runs in this clone.", "go run ./tui")

	ours := tell(t, root)
	s.until(func(w *word) bool { return w != nil })
	s.says(t, "No lesson is on the screen: home.")

	votes := &course.Votes{By: map[string]int{"a": 14, "c": 7}, Present: 30}
	place := app.Place{Screen: "lesson", Lesson: "02-ev-persist", Section: course.KeyPredict, Votes: votes}
	ours.Shown(place)
	s.until(func(w *word) bool { return w != nil && w.Section == course.KeyPredict })
	s.says(t, "02 EV_PERSIST", "How often does the callback run?", "21 of 30 have voted", "14", "Common wrong answers: ")

	place = app.Place{Screen: "stage", Lesson: "02-ev-persist", Run: 1, Moment: "told-again", Number: 2}
	ours.Shown(place)
	s.until(func(w *word) bool { return w != nil && w.Moment == "told-again" && !w.Told })
	s.says(t, "moment 2 of 5", "Why does it not stop?", "The class does not see yet", "What has changed in the kernel", "next", "moment 3 of 5")
	place.Answered = true
	ours.Shown(place)
	s.until(func(w *word) bool { return w != nil && w.Told })
	if text := s.View(); strings.Contains(text, "does not see yet") {
		t.Errorf("the answer is on the screen, and the notes do not know:\n%s", text)
	}
	place.Moment, place.Number, place.Answered = "", 0, false
	ours.Shown(place) // on the way
	s.until(func(w *word) bool { return w != nil && w.Moment == "" && w.Run == 1 })
	s.says(t, "next", "moment 3 of 5")

	ours.Close()
	s.until(func(w *word) bool { return w == nil })
	s.says(t, "No instrument runs in this clone.")
	other.Close()
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("it left %v", left)
	}
}

// TestTheSocketIsTheUsersOwn.
func TestTheSocketIsTheUsersOwn(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	teller := tell(t, root)
	for name, want := range map[string]os.FileMode{teller.dir: os.ModeDir | 0o700, filepath.Join(teller.dir, socket): os.ModeSocket | 0o600} {
		if info, err := os.Lstat(name); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v, want %v", name, info.Mode(), err, want)
		}
	}
}

// TestNobodyIsWaitedFor: a listener that takes nothing does not hold the instrument up, and
// another one hears what is shown last. More than a few are turned away.
func TestNobodyIsWaitedFor(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	teller := tell(t, root)
	for range 3 * most {
		c, err := net.Dial("unix", filepath.Join(teller.dir, socket))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
	}
	for n := range 20_000 {
		teller.Shown(app.Place{Screen: "stage", Lesson: strings.Repeat("x", 1000), Run: n})
	}
	teller.mu.Lock()
	n := len(teller.listeners)
	teller.mu.Unlock()
	if n > most {
		t.Errorf("%d listeners", n)
	}
}

// TestAnotherVersionIsTold.
func TestAnotherVersionIsTold(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	dir, err := litter.TempDir("", kind)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, socket))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			fmt.Fprintf(c, "{\"version\": 2, \"clone\": %q}\n", resolved(root))
		}
	}()
	s := screen(t, 0)
	s.Init()
	for s.err == nil {
		s.Update(<-s.news)
	}
	s.says(t, "version 2", "start both anew")
}

// TestTheTimeOfTheClass: what is used and left, and where the plan is.
func TestTheTimeOfTheClass(t *testing.T) {
	if _, err := NewScreen(course.Read(root), theme.New(grid.Plain, theme.Dark, false), 17); err == nil {
		t.Error("there is a plan for 17 minutes")
	}
	s := screen(t, 0)
	s.Update(tickMsg(s.began.Add(61 * time.Second)))
	s.says(t, "1 minute used")
	s = screen(t, 45)
	s.take(heard{word: &word{Version: version, Screen: "stage", Lesson: "02-ev-persist", Run: 1}})
	after := func(minutes int) { s.Update(tickMsg(s.began.Add(time.Duration(minutes)*time.Minute + time.Second))) }
	after(7)
	s.says(t, "7 of 45 minutes, 38 left", "in this lesson for 7 of 12 minutes, 5 left", "now, 5 to 17: lesson 02", "then, 17 to 21")
	after(14)
	s.says(t, "14 of 12 minutes, 2 over")
	after(50)
	s.says(t, "50 of 45 minutes, 5 over", "The time is over.")
	s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("b")})
	s.says(t, "0 of 45 minutes, 45 left")
}

// TestAllOfTheNotesCanBeRead on a small screen: nothing is cut, what has no room is scrolled to.
func TestAllOfTheNotesCanBeRead(t *testing.T) {
	s := screen(t, 90)
	var spilt []string
	s.g.Spilt = func(text string) { spilt = append(spilt, text) }
	for _, l := range s.course.Lessons {
		for _, m := range l.Moments {
			s.take(heard{word: &word{Version: version, Screen: "stage", Lesson: l.Slug, Moment: m.Key, Run: 1,
				Votes: &course.Votes{By: map[string]int{"a": 30}, Present: 30}}})
			s.Update(tea.WindowSizeMsg{Width: 60, Height: 20})
			var seen strings.Builder
			for range 40 {
				seen.WriteString(s.View())
				s.Update(tea.KeyMsg{Type: tea.KeyDown})
			}
			if !strings.Contains(seen.String(), "by the plan") {
				t.Errorf("the end of the notes on %s is never seen:\n%s", m.Key, s.View())
			}
		}
	}
	if len(spilt) > 0 {
		t.Errorf("%q is cut without a sign", spilt)
	}
}
