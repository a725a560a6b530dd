package experiment

import "strings"

// Rows prints cells in columns: the first to the left, the others to the
// right. The first row holds the headings; all rows have its length.
func (x *X) Rows(rows [][]string) { x.account.line("\n%s", grid(rows)) }

// grid lays cells out in columns: words to the left, figures to the right.
func grid(rows [][]string) string {
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], len([]rune(cell)))
		}
	}
	var b strings.Builder
	for n, row := range rows {
		if n > 0 {
			b.WriteByte('\n')
		}
		for i, cell := range row {
			pad := strings.Repeat(" ", width[i]-len([]rune(cell)))
			if i == 0 {
				b.WriteString("  " + cell + pad)
			} else {
				b.WriteString("  " + pad + cell)
			}
		}
	}
	return b.String()
}
