package grid

// Areas calls area for each rectangle of what must meet its neighbours without a gap, lines and
// blocks, in a cell of w by h with lines of a thickness; it reports whether c is such. No font
// can move these.
func Areas(c rune, w, h, line float64, area func(x, y, w, h float64)) bool {
	x, y := (w-line)/2, (h-line)/2 // of lines through the middle
	switch {
	case '▁' <= c && c <= '█': // lower eighths
		part := h * float64(c-'▁'+1) / 8
		area(0, h-part, w, part)
		return true
	case c == '╌':
		area(w/8, y, w/4, line)
		area(w*5/8, y, w/4, line)
		return true
	case c == '━':
		area(0, y-line/2, w, 2*line)
		return true
	case c == '═':
		area(0, y-1.5*line, w, line)
		area(0, y+1.5*line, w, line)
		return true
	}
	if in, ok := quarters[c]; ok {
		for i, part := range [...]int{upperLeft, upperRight, lowerLeft, lowerRight} {
			if in&part != 0 {
				area(float64(i%2)*w/2, float64(i/2)*h/2, w/2, h/2)
			}
		}
		return true
	}
	arms, ok := boxes[c]
	if !ok {
		return false
	}
	if arms&west != 0 {
		area(0, y, x+line, line)
	}
	if arms&east != 0 {
		area(x, y, w-x, line)
	}
	if arms&north != 0 {
		area(x, 0, line, y+line)
	}
	if arms&south != 0 {
		area(x, y, line, h-y)
	}
	return true
}

// The quarters of a cell that a block fills.
const (
	upperLeft = 1 << iota
	upperRight
	lowerLeft
	lowerRight
)

var quarters = map[rune]int{
	'▀': upperLeft | upperRight, '▌': upperLeft | lowerLeft, '▐': upperRight | lowerRight,
	'▘': upperLeft, '▝': upperRight, '▖': lowerLeft, '▗': lowerRight, '▚': upperLeft | lowerRight, '▞': upperRight | lowerLeft,
}

// The arms of a box-drawing rune. Round corners are painted square.
const (
	north = 1 << iota
	east
	south
	west
)

var boxes = map[rune]int{
	'─': east | west, '│': north | south, '╵': north,
	'┌': east | south, '┐': west | south, '└': north | east, '┘': north | west,
	'╭': east | south, '╮': west | south, '╰': north | east, '╯': north | west,
	'├': north | south | east, '┤': north | south | west,
	'┬': east | west | south, '┴': east | west | north, '┼': north | south | east | west,
}
