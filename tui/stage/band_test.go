package stage

import (
	"fmt"
	"strings"
	"testing"

	"fdlab/lab/trace"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// atMoment is the stage of blocked, at a moment that is about b.
func atMoment(question, answer string) *View {
	h := blocked()
	h.add(500*ms, trace.Moment, 8, "nobody-looks", trace.Record{A: trace.NoFD, B: trace.NoFD, C: trace.NoFD})
	v := view(h, 0)
	v.Status = AtMoment
	v.Band = &Band{Number: 1, Of: 3, Question: question, Answer: answer, Space: "the answer", Moment: &v.World.Moments[0], Behind: 1200 * ms}
	return v
}

// TestTheQuestionStandsInTheTopRows, then the answer, at every size; and nothing
// moves with it.
func TestTheQuestionStandsInTheTopRows(t *testing.T) {
	const question = "b has spoken twice, and the thread is in read on a. Who knows of it now?"
	answer := strings.TrimSpace(strings.Repeat("Only the kernel. ", 8))
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			asked, answered := atMoment(question, ""), atMoment(question, answer)
			answered.Band.Space = "go on"
			led := atMoment(question, "")
			led.Status, led.Band.Number, led.Band.Moment = Led, 0, nil
			before, _ := screen(asked, size[0], size[1])
			after, _ := screen(answered, size[0], size[1])
			way, _ := screen(led, size[0], size[1])
			for _, c := range []struct {
				screen string
				words  []string
			}{
				{before, []string{"MOMENT", question, " space  the answer", "moment 1 of 3", "1.20 s behind the program"}},
				{after, []string{question}},
				{way, []string{"GUIDED", "while b has been ready", "1.20 s behind the program"}},
			} {
				for _, want := range c.words {
					if !strings.Contains(c.screen, want) {
						t.Errorf("the screen lacks %q:\n%s", want, c.screen)
					}
				}
			}
			if n := strings.Count(strings.Join(strings.Fields(strings.ReplaceAll(after, "▌", "")), " "), "Only the kernel."); n != 8 {
				t.Errorf("of the answer's 8 sentences %d are whole:\n%s", n, after)
			}
			if a, b := frames(before), frames(way); a != b {
				t.Errorf("the panels move from\n%s\nto\n%s", b, a)
			}
		})
	}
}

// frames is where the panels begin.
func frames(screen string) (rows string) {
	for y, row := range strings.Split(screen, "\n") {
		if strings.HasPrefix(row, " ─") {
			rows += fmt.Sprint(y, " ")
		}
	}
	return rows
}

// TestWhatTheMomentIsAboutHasARow, wherever it stands in the table of fds.
func TestWhatTheMomentIsAboutHasARow(t *testing.T) {
	h := blocked()
	for fd := int32(20); fd < 26; fd++ {
		h.add(0, trace.Open, fd, "TCP socket", trace.Record{})
	}
	h.add(ms, trace.Label, 25, "the one", trace.Record{})
	h.add(500*ms, trace.Moment, 25, "k", trace.Record{A: trace.NoFD, B: trace.NoFD, C: trace.NoFD})
	v := view(h, 0)
	v.Status, v.Band = AtMoment, &Band{Number: 1, Of: 1, Question: "Which?", Moment: &v.World.Moments[0]}
	text, _ := screen(v, 80, 24)
	_, table, _ := strings.Cut(text, "file descriptors")
	if table, _, _ = strings.Cut(table, "─ time"); !strings.Contains(table, "the one") || !strings.Contains(table, "more ↑") {
		t.Errorf("fd 25 has no row:\n%s", text)
	}
}

// TestBeforeTheFirstMomentTheOptionsAreSeen, the reader's own marked; and nothing moves when
// they go.
func TestBeforeTheFirstMomentTheOptionsAreSeen(t *testing.T) {
	options := map[string]string{"a": "The kernel knows.", "b": "The program knows.", "c": "Both know, but the program a little later.", "d": "Nobody does."}
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		led := func() *View {
			v := view(blocked(), 0)
			v.Status, v.Band, v.Predicted = Led, &Band{Of: 3}, "d"
			return v
		}
		v := led()
		v.Options = options
		text, _ := screen(v, size[0], size[1])
		for _, want := range []string{"a The kernel knows.", "b The program knows.", "c Both know, but", "d you said: Nobody does.", "on the way to moment 1 of 3"} {
			if !strings.Contains(text, want) {
				t.Errorf("%v: no %q in\n%s", size, want, text)
			}
		}
		if without, _ := screen(led(), size[0], size[1]); frames(text) != frames(without) {
			t.Errorf("%v: the panels move", size)
		}
		v = atMoment("Who knows?", "")
		v.Options, v.Status, v.Band.Number, v.Band.Moment = options, Led, 0, nil
		if text, _ := screen(v, size[0], size[1]); strings.Contains(text, "The program knows") {
			t.Errorf("%v: after the first moment they are still there\n%s", size, text)
		}
	}
}

// TestWhatMattersIsLit, by its weight and by a sign, and the rest is quiet, also
// without colours.
func TestWhatMattersIsLit(t *testing.T) {
	for _, profile := range []grid.Profile{grid.TrueColor, grid.ANSI16, grid.Mono} {
		v := atMoment("Who knows it?", "")
		v.Theme = theme.New(profile, theme.Dark, false)
		text, g := screen(v, 120, 40)
		quiet := v.Theme.Style(theme.Faint)
		var lit, dim int
		for y, row := range strings.Split(text, "\n") {
			switch in := []rune(row); {
			case strings.Contains(row, "3 bytes") && strings.Contains(row, " 8  b"): // in the table
				lit++
				if in[1] != '▌' || g.At(3, y).Style.Attr&grid.Bold == 0 {
					t.Errorf("profile %d: what matters is not lit: %s", profile, row)
				}
			case strings.Contains(row, "blocked 9") || strings.Contains(row, "blocked 7"): // fd 6, a
				dim++
				if in[1] == '▌' || g.At(3, y).Style != quiet {
					t.Errorf("profile %d: what does not matter is not quiet: %s", profile, row)
				}
			}
		}
		if lit != 1 || dim == 0 {
			t.Errorf("profile %d: %d rows lit, %d quiet:\n%s", profile, lit, dim, text)
		}
	}
}

// TestTheVotesOfAClassStandBesideTheOptions.
func TestTheVotesOfAClassStandBesideTheOptions(t *testing.T) {
	v := view(blocked(), 0)
	v.Status, v.Band = Led, &Band{Of: 3}
	v.Options = map[string]string{"a": "The kernel knows.", "b": "The program knows."}
	v.Predicted, v.Votes = "b", map[string]string{"a": "12 of 30", "b": "18 of 30"}
	s, _ := screen(v, 120, 40)
	for _, want := range []string{"a 12 of 30 say: The kernel knows.", "b 18 of 30 say, you too: The program knows."} {
		if !strings.Contains(s, want) {
			t.Errorf("the screen lacks %q:\n%s", want, s)
		}
	}
}

// TestAMomentShowsWhatTheRunHasMeasured: a table that the run has stated by then stands whole in the place
// of the log, also where one panel is seen at a time.
func TestAMomentShowsWhatTheRunHasMeasured(t *testing.T) {
	h := blocked()
	h.add(1*ms, trace.Table, trace.NoFD, "from said to read", trace.Record{})
	rows := [][]string{{"engine", "b1"}, {"blocking", "1.00 s"}, {"select", "21 µs"}, {"poll", "22 µs"}, {"epoll", "23 µs"}, {"busy", "9 µs"}}
	for y, row := range rows {
		for x, cell := range row {
			h.add(0, trace.Cell, trace.NoFD, cell, trace.Record{A: int64(y), B: int64(x), D: int64(trace.NoUnit)})
		}
	}
	v := view(h, 0)
	for _, size := range [][2]int{{60, 20}, {80, 24}, {120, 40}} {
		for _, at := range []int{0, 1} { // on the way, and at the moment
			v.Band = &Band{Number: at, Of: 3, Question: "Was select the quickest?", Space: "the answer"}
			text, _ := screen(v, size[0], size[1])
			for _, row := range rows {
				if got := strings.Contains(text, row[1]) && strings.Contains(text, "measured"); got != (at == 1) {
					t.Fatalf("%v, moment %d: %q is there: %v\n%s", size, at, row[1], got, text)
				}
			}
		}
	}
	for range 2 { // the second one is about something else
		h.add(ms, trace.Moment, 8, "later", trace.Record{A: trace.NoFD, B: trace.NoFD, C: trace.NoFD})
	}
	later := view(h, 0)
	later.Band = v.Band
	if text, _ := screen(later, 120, 40); strings.Contains(text, "measured") {
		t.Errorf("the table is still there:\n%s", text)
	}
}
