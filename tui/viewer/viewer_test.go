package viewer

import (
	"os"
	"strings"
	"testing"
	"time"

	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/player"
	"fdlab/tui/stage"
	"fdlab/tui/theme"
)

var words = Lesson{
	Title: "02 EV_PERSIST", Claim: "Without it, an event fires once.", Question: "What will come of it?",
	Options: []Option{{"a", "one callback"}, {"b", "two callbacks"}},
	Moments: map[string]Moment{},
}

// opened is the run of lesson 02 that the course ships, with some words.
func opened(t *testing.T, l Lesson) *Viewer {
	t.Helper()
	file, err := os.Open("../../lessons/02-ev-persist/recording.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := world.Read(file)
	if err != nil || r.Flaw != nil {
		t.Fatal(err, r)
	}
	v := New(theme.New(grid.Plain, theme.Dark, false), l, *r)
	v.Resize(120, 40)
	return v
}

func drawn(v *Viewer) *grid.Grid {
	g := grid.New(v.w, v.h)
	v.Draw(g.Region())
	return g
}

func text(v *Viewer) string { return drawn(v).Render() }

// TestAReaderPredictsFirst, is led through the run, and reads at its end what was said
// beside what was.
func TestAReaderPredictsFirst(t *testing.T) {
	v := opened(t, words)
	if s := text(v); !strings.Contains(s, words.Claim) || !strings.Contains(s, "two callbacks") || strings.Contains(s, "half true") {
		t.Fatalf("it does not begin with the question:\n%s", s)
	}
	v.Key("a")
	for y := range 40 { // a click on the other option
		if strings.Contains(drawn(v).Row(y), "two callbacks") {
			v.Click(10, y)
		}
	}
	if v.predicted != "b" {
		t.Fatalf("predicted %q", v.predicted)
	}
	v.Key("enter")
	if v.State() != player.Led {
		t.Fatalf("state %d, want to be led", v.State())
	}
	moments, answers := 0, 0
	for range 100_000 {
		v.Pass(100 * time.Millisecond)
		if _, answered, ok := v.Standing(); ok {
			if !answered {
				moments++
			} else {
				answers++
			}
			v.Key(" ")
		}
		if v.State() == player.Ended {
			break
		}
	}
	if all := len(v.run.Live.Moments); moments != all || answers != all || all == 0 {
		t.Errorf("%d questions and %d answers of %d moments", moments, answers, all)
	}
	if s := text(v); !strings.Contains(s, words.Claim) || !strings.Contains(s, "two callbacks") || !strings.Contains(s, "half true") {
		t.Errorf("the end:\n%s", s)
	}
	v.Key("q")
	if s := text(v); !strings.Contains(s, "predict") {
		t.Errorf("no way back to the question:\n%s", s)
	}
}

// TestARunOfNoLessonIsShownAtOnce: there is no question to ask.
func TestARunOfNoLessonIsShownAtOnce(t *testing.T) {
	v := opened(t, Lesson{Title: "mine"})
	if s := text(v); !strings.Contains(s, "mine") || strings.Contains(s, "predict first") || v.asks {
		t.Errorf("it begins with:\n%s", s)
	}
	if strings.Contains(drawn(v).Row(39), "question") {
		t.Error("it offers a way to a question that there is not")
	}
}

// TestAFingerMovesThePlayhead along the time panel, and nowhere else.
func TestAFingerMovesThePlayhead(t *testing.T) {
	v := opened(t, Lesson{Title: "mine"})
	v.Key("home")
	s, l := v.shown()
	want, ok := l.MomentAt(s, l.Strip.X+l.Strip.W/2, l.Strip.Y)
	if !ok {
		t.Fatal("there is no strip of the whole run")
	}
	v.Drag(l.Strip.X+l.Strip.W/2, l.Strip.Y)
	if v.Now() != want || want == 0 {
		t.Fatalf("at %d, want %d", v.Now(), want)
	}
	v.Drag(l.Head.X, l.Head.Y)
	if v.Now() != want {
		t.Error("the head moves it")
	}
	v.Key("?") // what lies below is not moved unseen
	v.Drag(l.Strip.X, l.Strip.Y)
	if v.Now() != want {
		t.Error("it is moved below the help")
	}
}

// TestWordsSayTheMoment to who does not see it, and no signs.
func TestWordsSayTheMoment(t *testing.T) {
	v := opened(t, words)
	if s := v.Words(drawn(v)); !strings.Contains(s, words.Question) || strings.ContainsAny(s, "─│▌") {
		t.Errorf("of the question: %q", s)
	}
	v.Key("enter")
	v.Key("tab")
	question, _ := v.Asked()
	if s := v.Words(drawn(v)); question == "" || !strings.Contains(s, question) || !strings.Contains(s, "moment 1") {
		t.Errorf("of the moment %q: %q", question, s)
	}
}

// TestAnyKeyAndAnyClickIsSurvived, at any size.
func TestAnyKeyAndAnyClickIsSurvived(t *testing.T) {
	v := opened(t, words)
	var names []string
	for _, table := range []table{v.tables.question, v.tables.stage, v.tables.ending} {
		names = append(names, table.Names()...)
	}
	for n, size := range [][2]int{{120, 40}, {20, 5}, {80, 24}} {
		v.Resize(size[0], size[1])
		for i, name := range names {
			v.Key(name)
			v.Click(i*7%size[0], i*3%size[1])
			v.Drag(i*11%size[0], i*5%size[1])
			v.Wheel(i%3-1, i*13%size[0], i%size[1])
			v.Pass(time.Second)
			g := drawn(v)
			v.Words(g)
			if n == 0 && v.look.Full > stage.JudgementPanel {
				t.Fatal(name)
			}
		}
	}
}
