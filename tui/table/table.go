// Package table draws the tables that a run has measured. It knows no process, and not
// which screen shows them.
package table

import (
	"slices"
	"strings"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// Table is a table of a run.
type Table struct {
	Title string
	rows  [][]world.Cell // the first has the headings
}

// Of gathers the tables of a run. A recording may hold any cells: those that
// do not come row by row are left out.
func Of(w *world.World) (all []Table) {
	for _, title := range w.Tables {
		all = append(all, Table{Title: title})
	}
	for _, c := range w.Cells {
		if c.Table < 0 {
			continue
		}
		t := &all[c.Table]
		if c.Row == len(t.rows) && c.Column == 0 {
			t.rows = append(t.rows, nil)
		}
		if n := len(t.rows) - 1; n >= 0 && c.Row == n && c.Column == len(t.rows[n]) && (n == 0 || c.Column < len(t.rows[0])) {
			t.rows[n] = append(t.rows[n], c)
		}
	}
	return slices.DeleteFunc(all, func(t Table) bool { return len(t.rows) < 2 })
}

// between is how many cells lie between two columns.
const between = 2

// Rows is how many rows it takes to draw the table so many cells wide.
func (t *Table) Rows(width int) int {
	heads, _ := t.fit(width)
	return high(heads) + len(t.rows) - 1
}

// high is how many rows the headings take.
func high(heads [][]string) (n int) {
	for _, h := range heads {
		n = max(n, len(h))
	}
	return n
}

// Hidden is how many columns have no room in so many cells.
func (t *Table) Hidden(width int) int {
	_, wide := t.fit(width)
	return len(wide) - shown(wide, width)
}

// shown is how many columns have room.
func shown(wide []int, width int) (n int) {
	for used := 0; n < len(wide) && used+wide[n] <= width; n++ {
		used += wide[n] + between
	}
	return n
}

// Draw draws the table from row y, and returns the row after it.
func (t *Table) Draw(r grid.Region, y int, th *theme.Theme) int {
	quiet, text, bold := th.Style(theme.Faint), th.Style(theme.Text), th.Style(theme.Strong)
	heads, wide := t.fit(r.W)
	shown, high := shown(wide, r.W), high(heads)
	out := t.outstanding()
	x := 0
	for c := range shown {
		put := func(y int, st grid.Style, s string) {
			if c == 0 {
				r.Text(x, y, st, s)
			} else {
				r.TextRight(x+wide[c], y, st, s)
			}
		}
		for i, word := range heads[c] {
			put(y+high-len(heads[c])+i, quiet, word)
		}
		for i, row := range t.rows[1:] {
			if c >= len(row) {
				continue
			}
			st := quiet
			switch {
			case c == 0:
				st = text
			case row[c].Unit == trace.NoUnit:
				st = text
			case out[c] > 0 && row[c].Value >= out[c]:
				st = bold
			}
			put(y+high+i, st, row[c].Text)
		}
		x += wide[c] + between
	}
	return y + high + len(t.rows) - 1
}

// fit breaks headings into as many lines as it takes to bring the table into so
// many cells, if it can be, and returns them with the widths of the columns.
func (t *Table) fit(room int) (heads [][]string, wide []int) {
	for lines := 1; lines <= 3; lines++ {
		heads, wide = nil, nil
		total := -between
		for c, head := range t.rows[0] {
			least := 0
			for _, row := range t.rows[1:] {
				if c < len(row) {
					least = max(least, grid.Width(row[c].Text))
				}
			}
			h := broken(head.Text, lines)
			for _, word := range h {
				least = max(least, grid.Width(word))
			}
			heads, wide = append(heads, h), append(wide, least)
			total += least + between
		}
		if total <= room {
			break
		}
	}
	return heads, wide
}

// broken breaks words into at most so many lines, the longest as short as it can be.
func broken(text string, lines int) []string {
	words := strings.Fields(text)
	if lines == 1 || len(words) < 2 {
		return []string{text}
	}
	best := []string{text}
	longest := func(all []string) (n int) {
		for _, s := range all {
			n = max(n, grid.Width(s))
		}
		return n
	}
	for i := 1; i < len(words); i++ {
		try := append([]string{strings.Join(words[:i], " ")}, broken(strings.Join(words[i:], " "), lines-1)...)
		if longest(try) < longest(best) {
			best = try
		}
	}
	return best
}

// outstanding says for each column from which value on a cell stands out: ten
// times the median, of at least three figures. 0: none does.
func (t *Table) outstanding() []int64 {
	from := make([]int64, len(t.rows[0]))
	for c := range from {
		var values []int64
		for _, row := range t.rows[1:] {
			if c < len(row) && row[c].Unit != trace.NoUnit {
				values = append(values, row[c].Value)
			}
		}
		if len(values) < 3 {
			continue
		}
		slices.Sort(values)
		from[c] = 10 * max(values[(len(values)-1)/2], 1)
	}
	return from
}
