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

// huge holds the digits as five rows of three dots each.
var huge = [10][5]string{
	{"###", "# #", "# #", "# #", "###"}, {" # ", "## ", " # ", " # ", "###"}, {"###", "  #", "###", "#  ", "###"},
	{"###", "  #", "###", "  #", "###"}, {"# #", "# #", "###", "  #", "  #"}, {"###", "#  ", "###", "  #", "###"},
	{"###", "#  ", "###", "# #", "###"}, {"###", "  #", "  #", " # ", " # "}, {"###", "# #", "###", "# #", "###"},
	{"###", "# #", "###", "  #", "###"},
}

// drawHuge draws n in five rows, a dot two cells wide, or one where it has more digits
// than fit so. Where they do not fit even then it is bold digits in the middle row.
func drawHuge(r grid.Region, v *scene, st grid.Style, n int64) {
	digits := strconv.AppendInt(nil, n, 10)
	st = st.With(grid.Bold)
	dot := 2
	if len(digits)*(3*dot+2) > r.W+2 {
		dot = 1
	}
	advance := 3*dot + dot
	if n < 0 || len(digits)*advance-dot > r.W {
		r.Bytes(0, 2, st, grid.AppendCount(r.Scratch(), n))
		return
	}
	block := '█'
	if v.View.Theme.ASCII {
		block = '#'
	}
	for i, d := range digits {
		for y, row := range huge[d-'0'] {
			for x, c := range row {
				if c != ' ' {
					r.Fill(i*advance+x*dot, y, dot, 1, block, st)
				}
			}
		}
	}
}
