package page

import (
	"strings"

	table "github.com/yuin/goldmark/extension/ast"

	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// narrowest is the least width of a column. A table whose columns would be
// narrower is written as a list.
const narrowest = 4

// table lays a table out in columns; cells that are too wide are wrapped.
func (w *writer) table(n *table.Table) {
	var rows [][][]glyph
	for r := n.FirstChild(); r != nil; r = r.NextSibling() {
		st := grid.Style{}
		if r.Kind() == table.KindTableHeader {
			st = w.style(theme.Strong)
		}
		var row [][]glyph
		for c := r.FirstChild(); c != nil; c = c.NextSibling() {
			row = append(row, w.children(nil, c, st))
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 || len(rows[0]) == 0 {
		return
	}
	columns := fit(rows, w.room()-3*(len(rows[0])-1))
	if columns == nil {
		w.records(rows)
		return
	}
	frame := w.style(theme.Frame)
	side := glyphs(nil, frame, " "+string(w.th.Lines.Down)+" ")
	for i, row := range rows {
		w.row(row, columns, n.Alignments, side)
		if i == 0 {
			var rule []string
			for _, c := range columns {
				rule = append(rule, strings.Repeat(string(w.th.Lines.Across), c))
			}
			cross := string(w.th.Lines.Across) + "┼" + string(w.th.Lines.Across)
			if w.th.ASCII {
				cross = "-+-"
			}
			w.line(glyphs(nil, frame, strings.Join(rule, cross)))
		}
	}
}

// row writes one row, as high as its highest cell.
func (w *writer) row(row [][]glyph, columns []int, align []table.Alignment, side []glyph) {
	cells, high := make([][][]glyph, len(columns)), 1
	for i := range columns {
		if i < len(row) {
			cells[i] = wrap(row[i], columns[i])
		}
		high = max(high, len(cells[i]))
	}
	for y := range high {
		var line []glyph
		for i, wide := range columns {
			if i > 0 {
				line = append(line, side...)
			}
			var part []glyph
			if y < len(cells[i]) {
				part = clip(cells[i][y], wide, w.cut())
			}
			before, after := 0, wide-width(part)
			if i < len(align) {
				switch align[i] {
				case table.AlignRight:
					before, after = after, 0
				case table.AlignCenter:
					before, after = after/2, after-after/2
				}
			}
			line = glyphs(line, grid.Style{}, strings.Repeat(" ", before))
			line = append(line, part...)
			if i < len(columns)-1 {
				line = glyphs(line, grid.Style{}, strings.Repeat(" ", after))
			}
		}
		w.line(line)
	}
}

// records writes a table as "header: cell" lines, for want of width.
func (w *writer) records(rows [][][]glyph) {
	for i, row := range rows[1:] {
		if i > 0 {
			w.blank()
		}
		for j, cell := range row {
			var text []glyph
			if j < len(rows[0]) {
				text = append(text, rows[0][j]...)
			}
			text = glyphs(text, w.style(theme.Faint), ": ")
			w.paragraph(append(text, cell...))
		}
	}
	if len(rows) == 1 {
		for _, cell := range rows[0] {
			w.paragraph(cell)
		}
	}
}

// fit shares room among the columns: a column that needs less than an equal share gets
// what it needs, the others share the rest. It returns nil for too little room.
func fit(rows [][][]glyph, room int) []int {
	columns := make([]int, len(rows[0]))
	for _, row := range rows {
		for i := range min(len(row), len(columns)) {
			columns[i] = max(columns[i], longest(row[i]), 1)
		}
	}
	for left, rest := len(columns), room; left > 0; {
		share, settled := rest/left, false
		for i, c := range columns {
			if c > 0 && c <= share { // settled columns are kept negative
				columns[i], rest, left, settled = -c, rest-c, left-1, true
			}
		}
		if settled {
			continue
		}
		if share < narrowest {
			return nil
		}
		for i, c := range columns {
			if c > 0 {
				columns[i] = -share
				rest, left = rest-share, left-1
				if left > 0 {
					share = rest / left
				}
			}
		}
	}
	for i := range columns {
		columns[i] = -columns[i]
	}
	return columns
}

// longest is the width of the longest line that the author wrote.
func longest(cell []glyph) int {
	most, n := 0, 0
	for _, g := range cell {
		if g.r == '\n' {
			n = 0
		}
		n += g.w
		most = max(most, n)
	}
	return most
}
