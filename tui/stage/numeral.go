package stage

import (
	"strconv"

	"fdlab/tui/grid"
)

// big holds the digits in three rows of three cells each.
var big = [10][3]string{
	{"█▀█", "█ █", "▀▀▀"}, {"▄█ ", " █ ", "▀▀▀"}, {"▀▀█", "█▀▀", "▀▀▀"}, {"▀▀█", " ▀█", "▀▀▀"}, {"█ █", "▀▀█", "  ▀"},
	{"█▀▀", "▀▀█", "▀▀▀"}, {"█▀▀", "█▀█", "▀▀▀"}, {"▀▀█", " ▄▀", " ▀ "}, {"█▀█", "█▀█", "▀▀▀"}, {"█▀█", "▀▀█", "▀▀▀"},
}

// longestNumeral is how many digits are drawn big at most.
const longestNumeral = 5

// drawNumeral draws n in three rows from column x of row y, and returns the column
// after it. On a terminal that knows only ASCII, and where n is long, it is bold
// digits in the first of them.
func drawNumeral(r grid.Region, x, y int, v *scene, st grid.Style, n int64) int {
	digits := strconv.AppendInt(r.Scratch(), n, 10)
	st = st.With(grid.Bold)
	if v.View.Theme.ASCII || n < 0 || len(digits) > longestNumeral {
		return r.Bytes(x, y, st, digits)
	}
	for _, d := range digits {
		for i, row := range big[d-'0'] {
			r.Text(x, y+i, st, row)
		}
		x += 4
	}
	return x - 1
}
