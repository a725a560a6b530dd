package page

import "fdlab/tui/grid"

// Wrap draws plain text word by word within the region's width, from row y,
// and returns the row after it. A word that is too long is cut at the side.
func Wrap(r grid.Region, y int, st grid.Style, text string) int {
	x := 0
	for len(text) > 0 {
		n := 0
		for n < len(text) && (text[n] != ' ' || binds(text, n)) && text[n] != '\n' {
			n++
		}
		word := text[:n]
		if x > 0 && x+grid.Width(word) > r.W {
			x, y = 0, y+1
		}
		x = r.Text(x, y, st, word)
		if n < len(text) && text[n] == '\n' {
			x, y = 0, y+1
		} else {
			x++
		}
		text = text[min(n+1, len(text)):]
	}
	return y + 1
}
