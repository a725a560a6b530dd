package app

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

var update = flag.Bool("update", false, "paint the pictures of docs/moments.md anew, from the recordings of the lessons")

// broken are the moments at which the claims break, each as a reader comes to it: with tab,
// space, and perhaps the event axis. What is to be seen there are words of its screen.
var broken = []struct {
	lesson, moment string
	events         bool
	seen           []string
}{
	{"01-select-vs-blocking-io", "nobody-looks", false, []string{"blocked", "unseen", "bytes"}},
	{"02-ev-persist", "told-again", true, []string{"callbacks", "bytes", "phases"}},
	{"03-one-base-per-thread", "nobody-accepts", false, []string{"clients", "call_accept", "epoll_wait"}},
	{"04-deferred-notify", "five-bytes", false, []string{"bytes", "unseen", "callback"}},
	{"05-time-wait", "the-server-waits", false, []string{"TIME_WAIT", "CLOSE_WAIT"}},
	{"06-adding-to-a-running-base", "only-the-newest", false, []string{"spin", "bytes", "called"}},
	{"07-one-thread-many-clients", "asleep", false, []string{"clients", "callback", "unseen"}},
}

// TestThePicturesOfTheMoments: docs/moments.md has the moment of each lesson with its
// picture, and a picture shows what the recording shows at that moment. Only -update paints
// the pictures anew: each change of the stage would else be a change of all.
func TestThePicturesOfTheMoments(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "moments.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	c := course.Read(root)
	if len(broken) != len(c.Lessons) {
		t.Errorf("%d moments for %d lessons", len(broken), len(c.Lessons))
	}
	for i, b := range broken {
		l := c.Lessons[i]
		picture := filepath.Join("pictures", "moment-"+b.lesson[:2]+".svg")
		for _, want := range []string{"](" + filepath.ToSlash(picture) + ")", "`" + b.moment + "`", l.Claim} {
			if !strings.Contains(page, want) {
				t.Errorf("docs/moments.md lacks %q", want)
			}
		}
		m := New(c, theme.New(grid.TrueColor, theme.Dark, false))
		m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
		r, err := Load(shipped(root, l))
		if err != nil {
			t.Fatal(err)
		}
		m.Open(r)
		for range l.Moments {
			m.key("tab")
			if n, _, ok := m.session.Standing(); ok && m.session.world.Live.Moments[n].Key == b.moment {
				break
			}
		}
		if m.key(" "); b.events {
			m.key("t")
			m.key("+")
		}
		m.View()
		words := l.Moment(b.moment)
		var svg bytes.Buffer
		paint := grid.Picture{Text: grid.RGB(0xD8, 0xDE, 0xE4), Background: grid.RGB(0x11, 0x15, 0x1A), Title: l.Title + ": " + words.Question + " " + words.Answer}
		if err := grid.SVG(&svg, m.grid, paint); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(root, "docs", picture)
		if *update {
			if err := os.WriteFile(file, svg.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		kept, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		question := strings.Fields(words.Question)
		for what, text := range map[string]string{"the recording": svg.String(), file: string(kept)} {
			for _, w := range append(b.seen, question[0], question[1], "MOMENT") {
				if !strings.Contains(text, ">"+w) {
					t.Errorf("%s of lesson %s lacks %q: go test ./tui/app -run Pictures -update paints the picture anew", what, l.Slug, w)
				}
			}
		}
	}
}
