package endtoend

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var sgr = regexp.MustCompile(`\x1b\[([0-9;:]*)m`)

// isColour reports whether an SGR sequence sets a colour.
func isColour(params string) bool {
	for _, p := range strings.FieldsFunc(params, func(r rune) bool { return r == ';' || r == ':' }) {
		if n, _ := strconv.Atoi(p); n >= 30 && n <= 49 || n >= 90 && n <= 107 {
			return true
		}
	}
	return false
}

// TestNoColour walks through a whole lesson with NO_COLOR, and TestColour is
// its proof: it finds colours where they are.
func TestNoColour(t *testing.T) {
	t.Parallel()
	x := onStage(t, options{env: []string{"NO_COLOR=1"}})
	x.see("the thread blocked on a, and b ready unseen", stuck)
	x.press("?")
	x.see("the legend", shows("what is what", "unseen"))
	x.press("?")
	x.see("the verdict", shows("ENDED", "the claim", "what decides"))
	x.leave()
	for _, m := range sgr.FindAllSubmatch(x.written(), -1) {
		if isColour(string(m[1])) {
			t.Fatalf("%q sets a colour", m[0])
		}
	}
}

func TestColour(t *testing.T) {
	t.Parallel()
	x := onStage(t, options{})
	x.see("the first step", oneRow("step 1 of 3"))
	x.leave()
	for _, m := range sgr.FindAllSubmatch(x.written(), -1) {
		if isColour(string(m[1])) {
			return
		}
	}
	t.Error("no colour at all")
}

func TestASCII(t *testing.T) {
	t.Parallel()
	x := onStage(t, options{env: []string{"LANG=C"}})
	x.see("the thread blocked on a, and b ready unseen", stuck)
	x.press("?")
	x.see("the legend", shows("what is what", "unseen"))
	x.press("?")
	x.see("the verdict", shows("ENDED", "the claim", "what decides"))
	x.leave()
	if i := bytes.IndexFunc(x.written(), func(r rune) bool { return r > 0x7e }); i >= 0 {
		raw := x.written()
		t.Errorf("not ASCII: %q", raw[max(i-20, 0):min(i+20, len(raw))])
	}
}

// panels are the titles of the stage's parts.
var panels = []string{"file descriptors", "threads and loops", "time", "what happened"}

// fills is a condition: the stage fills a terminal of w by h cells to its
// edges. Each panel has its title, three hairlines reach from the second column to
// the last but one or the last, and the keys stand in the last row.
func fills(w, h int) func(screen) bool {
	return func(s screen) bool {
		if len(s) != h || s.row("Enlarge") != "" {
			return false
		}
		lines := 0
		for _, line := range s {
			if cells := []rune(line); len(cells) >= w-1 && cells[1] == '─' && cells[w-2] == '─' {
				lines++
			}
		}
		for _, title := range panels {
			if s.row(" "+title+" ─") == "" {
				return false
			}
		}
		return lines == 3 && containsAll(s[h-1], []string{"q back"})
	}
}

// TestSizes changes the terminal's size while the experiment runs, and makes
// it too small for a while.
func TestSizes(t *testing.T) {
	t.Parallel()
	x := start(t, options{w: 59, h: 20})
	x.see("what is needed, and what there is", shows("needs 60x20", "59x20"))
	x.resize(80, 24)
	x.see("the course", shows("a lab bench for file descriptors"))
	x.press(enter)
	x.see("the lesson, with a row in place of the list", shows("section 1 of", "next: Predict"))
	x.press("r")
	x.see("the running stage", all(fills(80, 24), oneRow("LIVE")))
	x.press(space) // so that it is not over before the last size
	x.see("time held", oneRow("HELD"))
	for _, size := range [][2]int{{120, 40}, {200, 60}, {80, 24}} {
		w, h := size[0], size[1]
		x.resize(w, h)
		x.see(fmt.Sprintf("the stage at %dx%d", w, h), all(fills(w, h), oneRow("HELD")))
	}
	x.resize(60, 19)
	x.see("what is needed, and what there is", shows("needs 60x20", "60x19"))
	x.resize(60, 20)
	x.see("one panel at a time", all(oneRow("HELD"), oneRow("next panel"), oneRow(" time ─")))
	x.resize(120, 40)
	x.see("the stage again", fills(120, 40))
	x.leave()
}

func TestMouse(t *testing.T) {
	t.Parallel()
	x := atHome(t, options{w: 120, h: 24})
	home := x.now()
	row := -1
	for y, line := range home {
		if strings.Contains(line, "select vs blocking I/O") {
			row = y
		}
	}
	x.click(10, row)
	lesson := x.see("the lesson", shows("Predict", "Recall"))
	for y, line := range lesson {
		if strings.HasPrefix(strings.TrimSpace(line), "Explain") {
			x.click(4, y)
		}
	}
	below := func(s screen) int {
		m := regexp.MustCompile(`(\d+) more below`).FindStringSubmatch(s.words())
		if m == nil {
			return -1
		}
		n, _ := strconv.Atoi(m[1])
		return n
	}
	top := x.see("the explanation, longer than the screen", func(s screen) bool {
		return s.row("The kernel's part") != "" && below(s) > 0
	})
	x.wheelDown()
	x.see("its next rows", func(s screen) bool { return below(s) < below(top) && s.row("Explain") != "" })
	x.press("q")
	x.see("the course", shows("a lab bench for file descriptors"))
	x.press("q")
	if status := x.finish(); status != 0 {
		t.Errorf("exit status %d, want 0", status)
	}
}
