package page

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"fdlab/tui/grid"
)

// glyph is one rune of running text. A line end that the author wants is '\n',
// of width 0. A blank that must not break a line is hard.
type glyph struct {
	r     rune
	w     int
	style grid.Style
	hard  bool
}

// glyphs appends s, clean, to out.
func glyphs(out []glyph, st grid.Style, s string) []glyph {
	for i, c := range s {
		if r, w := grid.Printable(c); w > 0 {
			out = append(out, glyph{r, w, st, c == '\u00a0' || binds(s, i)})
		}
	}
	return out
}

// binds reports whether the byte i of s is a blank between a number and its
// unit of time: no line may end there.
func binds(s string, i int) bool {
	if i == 0 || s[i] != ' ' || s[i-1] < '0' || s[i-1] > '9' {
		return false
	}
	for _, unit := range []string{"ns", "µs", "ms", "s", "min"} {
		if rest, ok := strings.CutPrefix(s[i+1:], unit); ok {
			next, _ := utf8.DecodeRuneInString(rest)
			return rest == "" || !unicode.IsLetter(next)
		}
	}
	return false
}

func width(text []glyph) int {
	n := 0
	for _, g := range text {
		n += g.w
	}
	return n
}

// wrap breaks text into lines of at most limit cells: at blanks, which then
// are dropped, and beside wide runes, for Chinese has no blanks. A word that
// is longer than a line is broken where the line ends.
func wrap(text []glyph, limit int) [][]glyph {
	limit = max(limit, 1)
	var lines [][]glyph
	for len(text) > 0 {
		end, next := measure(text, limit)
		lines = append(lines, trim(text[:end]))
		text = text[next:]
	}
	return lines
}

// measure finds where the first line of text ends, and where the next begins.
func measure(text []glyph, limit int) (end, next int) {
	used, end := 0, 0
	for i, g := range text {
		switch {
		case g.r == '\n':
			return i, i + 1
		case g.soft():
			end = i
		case i > 0 && between(text[i-1], g):
			end = i
		}
		if used += g.w; used > limit && !g.soft() {
			if end == 0 {
				end = max(i, 1)
			}
			next = end
			for next < len(text) && text[next].soft() {
				next++
			}
			return end, next
		}
	}
	return len(text), len(text)
}

func (g glyph) soft() bool { return g.r == ' ' && !g.hard }

// between says whether a line may end between two glyphs without a blank.
// Some marks may not begin a line in Chinese, and some may not end one.
func between(a, b glyph) bool {
	if a.w < 2 && b.w < 2 {
		return false
	}
	return !strings.ContainsRune("，。、；：！？）》」』】〕”’…,.;:!?)]}", b.r) &&
		!strings.ContainsRune("（《「『【〔“‘([{", a.r)
}

// trim drops the blanks at a line's ends.
func trim(line []glyph) []glyph {
	for len(line) > 0 && line[0].soft() {
		line = line[1:]
	}
	for len(line) > 0 && line[len(line)-1].soft() {
		line = line[:len(line)-1]
	}
	return line
}

// clip cuts a line to limit cells; a line that was cut ends in mark.
func clip(line []glyph, limit int, mark glyph) []glyph {
	if width(line) <= limit {
		return line
	}
	used := 0
	for i, g := range line {
		if used+g.w > limit-mark.w {
			line = line[:i:i]
			break
		}
		used += g.w
	}
	if mark.w <= limit {
		line = append(line, mark)
	}
	return line
}

// spans joins glyphs of one style.
func spans(text []glyph) Line {
	var line Line
	for i := 0; i < len(text); {
		var b strings.Builder
		st := text[i].style
		for ; i < len(text) && text[i].style == st; i++ {
			b.WriteRune(text[i].r)
		}
		line = append(line, Span{st, b.String()})
	}
	return line
}
