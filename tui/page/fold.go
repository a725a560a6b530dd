package page

import (
	"strings"

	"fdlab/tui/grid"
)

// Fold breaks one line of plain text into rows of at most width cells: at blanks,
// or, where a word is longer than a row, at the side. A row that goes on from the
// one before is indented, and the line's own indent is kept.
func Fold(line string, width int) []string {
	text := strings.TrimLeft(line, " ")
	indent := min(len(line)-len(text), width/2)
	const more = 2
	if indent+grid.Width(text) <= width {
		return []string{strings.Repeat(" ", indent) + text}
	}
	var rows []string
	for i, row := range wrap(glyphs(nil, grid.Style{}, text), width-indent-more) {
		before := indent
		if i > 0 {
			before += more
		}
		var b strings.Builder
		b.WriteString(strings.Repeat(" ", before))
		for _, g := range row {
			b.WriteRune(g.r)
		}
		rows = append(rows, b.String())
	}
	return rows
}
