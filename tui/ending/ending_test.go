package ending

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/keys"
	"fdlab/tui/table"
	"fdlab/tui/theme"
)

// story is a hand-made run: drawing needs no real one.
type story struct {
	strings []string
	world   *world.World
}

func (s *story) String(id uint32) string { return s.strings[id-1] }

func (s *story) say(kind trace.Kind, text string, r trace.Record) {
	s.strings = append(s.strings, text)
	r.Kind, r.FD, r.Str, r.Time = kind, trace.NoFD, uint32(len(s.strings)), s.world.Time+1e6
	s.world.Apply(&r)
}

func (s *story) table(title string, rows ...[]any) {
	s.say(trace.Table, title, trace.Record{})
	for y, row := range rows {
		for x, cell := range row {
			r := trace.Record{A: int64(y), B: int64(x), D: int64(trace.NoUnit)}
			if n, ok := cell.(int); ok {
				r.C, r.D = int64(n), int64(trace.Count)
			}
			s.say(trace.Cell, fmt.Sprint(cell), r)
		}
	}
}

func newStory() *story {
	s := &story{}
	s.world = world.New(s)
	return s
}

// told is a run like lesson 01's, with more checks than a small screen has rows.
func told() *story {
	s := newStory()
	s.say(trace.Step, "read in turn", trace.Record{A: 1, B: 2})
	s.table("the same arrivals",
		[]any{"engine", "system calls that were made", "unread"},
		[]any{"blocking", 6, "never"}, []any{"select", 17, "-"}, []any{"poll", 16, "-"}, []any{"busy", 200000, "-"})
	s.say(trace.Check, "besides 1", trace.Record{A: 1})
	s.say(trace.Check, "decides 1", trace.Record{A: 1, B: 1, C: 1, D: 5e8})
	for n := range 12 {
		s.say(trace.Check, fmt.Sprintf("besides %d, of which there is so much to say that it takes more than one row of a small screen", n+2), trace.Record{A: 1, C: 2})
	}
	s.say(trace.Check, "fails here", trace.Record{A: 0})
	s.say(trace.Check, "(held) decides 2", trace.Record{A: 2, B: 1})
	s.say(trace.Answer, "b", trace.Record{})
	s.say(trace.Verdict, "Waiting for both made the difference.", trace.Record{A: int64(trace.HalfTrue)})
	return s
}

func viewOf(s *story, th *theme.Theme) *View {
	return &View{
		Theme: th, Lesson: "01 select", Claim: "select is faster", World: s.world, Last: s.world.Time, Said: "a",
		Options: map[string]string{"a": "At once.", "b": "When a has spoken."},
		Next:    []keys.Hint{{Key: "1", Does: "why it is so"}},
		Keys:    []keys.Hint{{Key: "?", Does: "help"}, {Key: "q", Does: "back"}},
	}
}

var sizes = []struct{ w, h int }{{80, 24}, {120, 40}, {200, 60}}

func screen(v *View, w, h int) string {
	g := grid.New(w, h)
	v.Theme.Prepare(g)
	Draw(g.Region(), v)
	var b strings.Builder
	for y := range h {
		for x := range w {
			c := g.At(x, y)
			if c.Rune == 0 {
				c.Rune = ' '
			}
			b.WriteRune(c.Rune)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func plain() *theme.Theme { return theme.New(grid.Plain, theme.Dark, false) }

func TestWhatDecidesComesFirstThenWhatFailed(t *testing.T) {
	var got []string
	for _, c := range told().world.ByWeight()[:4] {
		got = append(got, c.Text)
	}
	if want := []string{"decides 1", "(held) decides 2", "fails here", "besides 1"}; !slices.Equal(got, want) {
		t.Errorf("the order is %q, want %q", got, want)
	}
}

func TestTheEndSaysWhatWasSaidAndWhatItWas(t *testing.T) {
	for _, size := range sizes {
		text := screen(viewOf(told(), plain()), size.w, size.h)
		for _, want := range []string{"✗ a  At once.", "✓ b  When a has spoken.", `"select is faster"`,
			"half true  Waiting for both made the difference.", "1 check of this run could not be judged",
			"the same arrivals", "200000", "14 of 16 held, 1 not judged", "decides 1", "→ 500 ms"} {
			if !strings.Contains(text, want) {
				t.Errorf("%dx%d: the screen lacks %q:\n%s", size.w, size.h, want, text)
			}
		}
	}
}

// TestEveryCheckCanBeSeen: going down, each is selected in its turn, whole on the
// screen, and what is left out is counted.
func TestEveryCheckCanBeSeen(t *testing.T) {
	for _, size := range sizes {
		v := viewOf(told(), plain())
		seen := map[string]bool{}
		next := strings.Contains(screen(v, size.w, size.h), "why it is so")
		for range 40 {
			text := screen(v, size.w, size.h)
			for _, c := range v.World.ByWeight() {
				first := strings.Join(strings.Fields(c.Text)[:2], " ")
				if strings.Contains(text, first) {
					seen[first] = true
				}
			}
			l := v.layout(size.w, size.h)
			if (l.most() > v.top) != strings.Contains(text, "more below") || (v.top > 0) != strings.Contains(text, "more above") {
				t.Fatalf("%dx%d: at row %d of %d the screen does not say so:\n%s", size.w, size.h, v.top, l.most(), text)
			}
			v.Move(1, size.w, size.h)
		}
		if len(seen) != len(v.World.Checks) {
			t.Errorf("%dx%d: of %d checks these were seen: %v", size.w, size.h, len(v.World.Checks), seen)
		}
		if v.Selected != len(v.World.Checks)-1 {
			t.Errorf("%dx%d: the last check that was selected is %d", size.w, size.h, v.Selected)
		}
		if !next && !strings.Contains(screen(v, size.w, size.h), "why it is so") {
			t.Errorf("%dx%d: neither at the top nor at the end there is something to do next", size.w, size.h)
		}
		for range 40 {
			v.Move(-1, size.w, size.h)
		}
		if v.Selected != 0 || v.top != 0 {
			t.Errorf("%dx%d: back at the top %d is selected, and row %d shown", size.w, size.h, v.Selected, v.top)
		}
	}
}

func TestAClickSelects(t *testing.T) {
	v := viewOf(told(), plain())
	text := screen(v, 120, 40)
	for y, row := range strings.Split(text, "\n") {
		if x := strings.Index(row, "fails here"); x >= 0 {
			v.Click(len([]rune(row[:x])), y, 120, 40)
		}
	}
	if c := v.World.ByWeight()[v.Selected]; c.Text != "fails here" {
		t.Errorf("the click selects %q", c.Text)
	}
}

func TestATableIsNeverCutWithoutASign(t *testing.T) {
	s := newStory()
	s.table("wide", []any{"who", "one heading of many words", "another heading of many words", "a third one", "x"},
		[]any{"me", strings.Repeat("1", 20), strings.Repeat("2", 20), strings.Repeat("3", 20), strings.Repeat("4", 20)})
	s.say(trace.Verdict, "so", trace.Record{})
	v := viewOf(s, plain())
	if text := screen(v, 80, 24); !strings.Contains(text, "1 more column") || strings.Contains(text, "444") || !strings.Contains(text, strings.Repeat("3", 20)) {
		t.Errorf("at 80 cells:\n%s", text)
	}
	if text := screen(v, 120, 40); strings.Contains(text, "more column") || !strings.Contains(text, strings.Repeat("4", 20)) {
		t.Errorf("at 120 cells:\n%s", text)
	}
}

func TestWhatStandsOutIsLit(t *testing.T) {
	th := theme.New(grid.TrueColor, theme.Dark, false)
	g := grid.New(120, 40)
	Draw(g.Region(), viewOf(told(), th))
	bold := func(word string) (found, lit bool) {
		for y := range g.H {
			row := ""
			for x := range g.W {
				row += string(max(g.At(x, y).Rune, ' '))
			}
			if x := strings.Index(row, word); x >= 0 {
				return true, g.At(len([]rune(row[:x])), y).Style.Attr&grid.Bold != 0
			}
		}
		return false, false
	}
	if found, lit := bold("200000"); !found || !lit {
		t.Errorf("200000 beside 6, 16 and 17: found %v, lit %v", found, lit)
	}
	if found, lit := bold("  17 "); !found || lit {
		t.Errorf("17: found %v, lit %v", found, lit)
	}
}

// TestARecordingMayHoldAnyCells.
func TestARecordingMayHoldAnyCells(t *testing.T) {
	s := newStory()
	s.say(trace.Cell, "before any table", trace.Record{})
	s.say(trace.Table, "t", trace.Record{})
	for _, c := range []trace.Record{{A: 5}, {A: -1}, {A: 0, B: 0}, {A: 0, B: 7}, {A: 1, B: 0}, {A: 1, B: 1}, {A: 0, B: 1}, {A: 1 << 60, B: 1 << 60}} {
		s.say(trace.Cell, "cell", c)
	}
	s.say(trace.Table, "without cells", trace.Record{})
	s.say(trace.Verdict, "so", trace.Record{})
	if all := table.Of(s.world); len(all) != 1 || all[0].Title != "t" || all[0].Rows(80) != 2 {
		t.Errorf("the tables are %+v", all)
	}
	screen(viewOf(s, plain()), 80, 24)
}

func TestARunWithoutAVerdictSaysWhy(t *testing.T) {
	s := newStory()
	s.say(trace.Step, "one", trace.Record{A: 1, B: 1})
	const why = "03-one-base-per-thread: worker 1: event: add: this loop runs on another thread; use Base.Post: this run could not be judged"
	s.say(trace.Note, why, trace.Record{})
	s.say(trace.End, "", trace.Record{A: 1})
	v := viewOf(s, plain())
	v.Exit = "The program has ended (exit status 1)."
	text := screen(v, 80, 24)
	if got := strings.Join(strings.Fields(strings.ReplaceAll(text, "▌", " ")), " "); !strings.Contains(got, "you said a At once. it was This run gives no answer.") ||
		!strings.Contains(got, "no verdict "+why) || !strings.Contains(got, "exit status 1") {
		t.Errorf("the screen does not say why:\n%s", text)
	}
}

func TestNothingButASCII(t *testing.T) {
	for _, size := range sizes {
		v := viewOf(told(), theme.New(grid.ANSI16, theme.Light, true))
		g := grid.New(size.w, size.h)
		v.Theme.Prepare(g)
		Draw(g.Region(), v)
		for _, c := range g.Render() {
			if c > 0x7E {
				t.Fatalf("%dx%d: %q", size.w, size.h, c)
			}
		}
	}
}

// TestLibeventStandsBesideOurs: each fact with both values, or why it is not judged; and a sentence
// that says how many are the same.
func TestLibeventStandsBesideOurs(t *testing.T) {
	same := Fact{Step: 1, What: "callbacks", Ours: "20", Theirs: "20", Same: true}
	other := Fact{Step: 2, What: "reads", Ours: "1", Theirs: "7"}
	open := Fact{Step: 3, What: "threads", NotJudged: "ours: it has not run"}
	for _, c := range []struct {
		facts []Fact
		says  string
	}{
		{[]Fact{same, same}, "Its run answers as ours did, in all 2 facts."},
		{[]Fact{same, open}, "Its run answers as ours did, in 1 of 2 facts; 1 could not be judged."},
		{[]Fact{same, other}, "Its run does not answer as ours did: 1 of 2 facts are the same."},
		{[]Fact{open}, "Not judged: ours: it has not run."},
	} {
		v := viewOf(told(), theme.New(grid.Plain, theme.Dark, false))
		v.Beside = &Beside{Facts: c.facts, Why: "Step 4: it is the kernel's."}
		for _, size := range sizes {
			text := strings.Join(strings.Fields(strings.ReplaceAll(screen(v, size.w, size.h), "▌", "")), " ")
			if !strings.Contains(text, c.says) {
				t.Errorf("%dx%d: it does not say %q:\n%s", size.w, size.h, c.says, text)
			}
			for _, f := range c.facts {
				row := f.What + " " + f.Ours + " " + f.Theirs
				if f.NotJudged != "" {
					row = f.What + " not judged: " + f.NotJudged
				}
				if !strings.Contains(text, row) {
					t.Errorf("%dx%d: no row %q:\n%s", size.w, size.h, row, text)
				}
			}
		}
	}
}
