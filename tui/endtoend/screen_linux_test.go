package endtoend

import (
	"image/color"
	"regexp"
	"strings"
	"testing"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"

	"fdlab/tui/grid"
)

// screen is what the terminal shows at one moment, row by row, without
// colours. Rows have no blanks at their end.
type screen []string

func (s screen) String() string {
	return "  |" + strings.Join(s, "\n  |")
}

// row returns the first row that contains all words, in any order, or "".
func (s screen) row(words ...string) string {
	for _, line := range s {
		if containsAll(line, words) {
			return line
		}
	}
	return ""
}

func containsAll(line string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(line, w) {
			return false
		}
	}
	return true
}

// words returns all text in one line, as it reads across line breaks inside a
// panel or on a page: a test must not depend on where a line is broken.
func (s screen) words() string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r == '│' || r == '|' {
			return ' '
		}
		return r
	}, strings.Join(s, " "))), " ")
}

// says is a condition: the text stands on the screen, in one row or more.
func says(text string) func(screen) bool {
	return func(s screen) bool {
		plain := strings.Join(strings.Fields(strings.ReplaceAll(s.words(), "▌", " ")), " ")
		return strings.Contains(plain, text)
	}
}

// shows is a condition: each of the texts stands in a row.
func shows(texts ...string) func(screen) bool {
	return func(s screen) bool {
		for _, t := range texts {
			if s.row(t) == "" {
				return false
			}
		}
		return true
	}
}

// oneRow is a condition: one row contains all words.
func oneRow(words ...string) func(screen) bool {
	return func(s screen) bool { return s.row(words...) != "" }
}

// source returns the row of the table of fds that has the source of lesson 01
// with this name (a, b) and contains all words, or "".
func (s screen) source(name string, words ...string) string {
	row := regexp.MustCompile(`^[ ▌|]* *\d+ +(pipe |socket )?` + name + ` `)
	for _, line := range s {
		if row.MatchString(line) && containsAll(line, words) {
			return line
		}
	}
	return ""
}

// source is a condition: there is such a row.
func source(name string, words ...string) func(screen) bool {
	return func(s screen) bool { return s.source(name, words...) != "" }
}

// all and not put conditions together.
func all(conditions ...func(screen) bool) func(screen) bool {
	return func(s screen) bool {
		for _, c := range conditions {
			if !c(s) {
				return false
			}
		}
		return true
	}
}

func not(c func(screen) bool) func(screen) bool {
	return func(s screen) bool { return !c(s) }
}

var duration = regexp.MustCompile(`(\d+(?:\.\d+)?) (ns|µs|us|ms|s)\b`)

// durationAfter reads the time that stands behind a word in a row.
func durationAfter(t *testing.T, row, word string) time.Duration {
	t.Helper()
	_, after, found := strings.Cut(row, word)
	m := duration.FindStringSubmatch(after)
	if !found || m == nil {
		t.Fatalf("no time after %q in the row %q", word, row)
	}
	d, err := time.ParseDuration(m[1] + m[2])
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// textOf reads the rows of the emulator's screen.
func textOf(e *vt.Emulator) screen {
	var s screen
	var b strings.Builder
	for y := range e.Height() {
		b.Reset()
		for x := 0; x < e.Width(); {
			cell := e.CellAt(x, y)
			if cell == nil || cell.Content == "" {
				b.WriteByte(' ')
				x++
				continue
			}
			b.WriteString(cell.Content)
			x += max(cell.Width, 1)
		}
		s = append(s, strings.TrimRight(b.String(), " "))
	}
	return s
}

// gridOf copies the emulator's screen with its colours, to be painted.
func gridOf(e *vt.Emulator) *grid.Grid {
	g := grid.New(e.Width(), e.Height())
	for y := range e.Height() {
		for x := range e.Width() {
			cell := e.CellAt(x, y)
			if cell == nil || cell.Content == "" {
				continue
			}
			g.Set(x, y, []rune(cell.Content)[0], styleOf(cell.Style))
		}
	}
	return g
}

func styleOf(s uv.Style) grid.Style {
	st := grid.Style{FG: colorOf(s.Fg), BG: colorOf(s.Bg)}
	for from, to := range map[uint8]grid.Attr{uv.AttrBold: grid.Bold, uv.AttrFaint: grid.Faint, uv.AttrReverse: grid.Reverse} {
		if s.Attrs&from != 0 {
			st.Attr |= to
		}
	}
	if s.Underline != uv.UnderlineNone {
		st.Attr |= grid.Underline
	}
	return st
}

func colorOf(c color.Color) grid.Color {
	if c == nil {
		return grid.Default
	}
	r, g, b, _ := c.RGBA()
	return grid.RGB(uint8(r>>8), uint8(g>>8), uint8(b>>8))
}
