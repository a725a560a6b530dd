package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/trace"
	"fdlab/tui/app"
	"fdlab/tui/class/audience"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
	"fdlab/tui/viewer"
)

const (
	root = "../.."
	w, h = 120, 40
)

func plain() *theme.Theme { return theme.New(grid.Plain, theme.Dark, false) }

// lectern is an instructor's instrument without a terminal, and its class.
type lectern struct {
	t      *testing.T
	model  *app.Model
	feed   *feed
	room   *audience.Room
	server *audience.Server
}

func newLectern(t *testing.T, page audience.Page) *lectern {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := course.Read(root)
	c.Root = t.TempDir() // no progress
	x := &lectern{t: t, model: app.New(c, plain()), room: audience.NewRoom()}
	x.server = audience.Serve(l, x.room, page)
	x.feed = newFeed(x.room, c, false)
	x.model.Tell(x.feed)
	x.model.Update(tea.WindowSizeMsg{Width: w, Height: h})
	t.Cleanup(func() {
		x.server.Close()
		x.model.Close()
	})
	return x
}

// open shows the recording of a lesson.
func (x *lectern) open(slug string) {
	x.t.Helper()
	recorded, err := app.Load(filepath.Join(root, "lessons", slug, trace.Shipped))
	if err != nil {
		x.t.Fatal(err)
	}
	x.model.Open(recorded)
	x.model.Update(nil)
}

// press presses keys, and sends what comes of it.
func (x *lectern) press(names ...string) {
	special := map[string]tea.KeyType{"tab": tea.KeyTab, "enter": tea.KeyEnter, "left": tea.KeyLeft, "right": tea.KeyRight, "home": tea.KeyHome, "end": tea.KeyEnd, "esc": tea.KeyEsc}
	for _, name := range names {
		msg := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
		if kind, ok := special[name]; ok {
			msg = tea.KeyMsg{Type: kind}
		}
		if name == " " {
			msg.Type = tea.KeySpace
		}
		x.model.Update(msg)
	}
	x.model.Update(nil)
	x.feed.step()
}

// student is a browser without a browser: a stream of events, and what the page makes of it.
type student struct {
	t      *testing.T
	link   string
	cookie *http.Cookie
	viewer *viewer.Viewer
	events chan [2]string
	places int // that were heard
	close  func()
}

func (x *lectern) student() *student {
	x.t.Helper()
	s := &student{t: x.t, link: x.server.Links[0], viewer: viewer.Attend(plain()), events: make(chan [2]string, 1<<10)}
	s.viewer.Resize(w, h)
	page, err := http.Get(s.link)
	if err != nil || page.StatusCode != http.StatusOK || len(page.Cookies()) != 1 {
		x.t.Fatalf("the page: %v, %v", page, err)
	}
	page.Body.Close()
	s.cookie = page.Cookies()[0]
	req, _ := http.NewRequest(http.MethodGet, s.link+"events", nil)
	req.AddCookie(s.cookie)
	stream, err := http.DefaultClient.Do(req)
	if err != nil || stream.StatusCode != http.StatusOK {
		x.t.Fatalf("the events: %v, %v", stream, err)
	}
	s.close = func() { stream.Body.Close() }
	x.t.Cleanup(s.close)
	go func() {
		defer close(s.events)
		lines := bufio.NewScanner(stream.Body)
		lines.Buffer(nil, 1<<24)
		name := ""
		for lines.Scan() {
			if event, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				name = event
			}
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				s.events <- [2]string{name, data}
			}
		}
	}()
	return s
}

// until hears what is sent until something holds; the minute is for a loaded machine.
func (s *student) until(what string, holds func() bool) {
	s.t.Helper()
	end := time.After(time.Minute)
	for !holds() {
		select {
		case e, ok := <-s.events:
			if !ok {
				s.t.Fatalf("%s: the stream has ended", what)
			}
			if e[0] == "place" {
				s.places++
			}
			if err := s.viewer.Hear(e[0], e[1]); err != nil {
				s.t.Fatalf("%s: %s: %v", what, e[0], err)
			}
		case <-end:
			s.t.Fatalf("%s: it never came:\n%s", what, s.screen())
		}
	}
}

func (s *student) screen() string {
	g := grid.New(w, h)
	s.viewer.Draw(g.Region())
	return g.Render()
}

func (s *student) shows(words string) func() bool {
	return func() bool { return strings.Contains(s.screen(), words) }
}

// vote sends the choice that the page has made, and returns the answer's status.
func (s *student) vote() int {
	s.t.Helper()
	req, _ := http.NewRequest(http.MethodPost, s.link+"vote", strings.NewReader(s.viewer.Vote()))
	req.AddCookie(s.cookie)
	req.Header.Set("Origin", strings.TrimSuffix(s.link[:strings.LastIndex(s.link[:len(s.link)-1], "/")], "/"))
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
	return answer.StatusCode
}

// body is a screen without its first row, where the title stands, and its last, the keys.
func body(screen string) string {
	rows := strings.Split(screen, "\n")
	return strings.Join(rows[1:len(rows)-1], "\n")
}

// TestAStudentSeesWhatTheInstructorShows: the same cells at the same moments; one who moves
// the playhead goes on alone, until J.
func TestAStudentSeesWhatTheInstructorShows(t *testing.T) {
	x := newLectern(t, audience.Page{})
	s := x.student()
	if !s.shows("has not run anything yet")() {
		t.Errorf("at first:\n%s", s.screen())
	}
	x.open("02-ev-persist")
	x.press()
	same := func() bool { return body(s.screen()) == body(x.model.View()) }
	for _, keys := range [][]string{{"home"}, {"tab"}, {" "}, {"tab"}, {"left", "left"}, {","}, {"."}} {
		x.press(keys...)
		s.until("the place "+strings.Join(keys, " "), same)
	}
	if !s.shows("with the instructor")() {
		t.Errorf("the student is alone:\n%s", s.screen())
	}
	s.viewer.Key("home")
	alone, places := body(s.screen()), s.places
	x.press("tab")
	s.until("another place", func() bool { return s.places > places })
	if body(s.screen()) != alone || !s.shows("on your own")() {
		t.Errorf("one who is alone is moved:\n%s", s.screen())
	}
	s.viewer.Key("J")
	if !same() || !s.shows("with the instructor")() {
		t.Errorf("after J:\n%s", s.screen())
	}
	late := x.student() // has the same run, from its beginning on
	late.until("the same moment", func() bool { return body(late.screen()) == body(x.model.View()) })
}

// TestStudentsVote: what they choose stands beside the options, on the lesson's page, before
// the run and after it.
func TestStudentsVote(t *testing.T) {
	x := newLectern(t, audience.Page{})
	students := []*student{x.student(), x.student(), x.student()}
	x.press("2", "right") // the lesson, and its question
	for i, s := range students {
		s.until("the question", s.shows("what will the run show?"))
		letter := []string{"b", "b", "c"}[i]
		s.viewer.Key(letter)
		if status := s.vote(); status != http.StatusNoContent {
			t.Fatalf("the vote of student %d: status %d", i, status)
		}
	}
	x.press()
	if screen := x.model.View(); !strings.Contains(screen, "2 of 3") || !strings.Contains(screen, "1 of 3") || !strings.Contains(screen, "3 of the 3 who look on have voted.") {
		t.Errorf("the instructor sees\n%s", screen)
	}
	// A choice may be changed; who has gone does not count.
	students[0].viewer.Key("c")
	students[0].vote()
	students[1].close()
	for end := time.Now().Add(time.Minute); x.room.Present() != 2; {
		if time.Now().After(end) {
			t.Fatal("who has gone is still there")
		}
		time.Sleep(time.Millisecond)
	}
	x.press()
	if screen := x.model.View(); !strings.Contains(screen, "2 of 2") || !strings.Contains(screen, "2 of the 2 who look on have voted.") {
		t.Errorf("after that the instructor sees\n%s", screen)
	}
	x.open("02-ev-persist")
	if screen := x.model.View(); !strings.Contains(screen, "2 of 2 said c") {
		t.Errorf("after the run the instructor sees\n%s", screen)
	}
}
