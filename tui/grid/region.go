package grid

// Region is a part of a grid with coordinates of its own: 0, 0 is its upper
// left cell. What is drawn outside it is not drawn. It is a small value, made
// anew for each frame and passed by value.
type Region struct {
	W, H int // its size in cells; what lies outside the parent is never seen

	grid                     *Grid
	x, y                     int // where 0, 0 lies in the grid
	left, top, right, bottom int // what may be drawn, in the grid's columns and rows
}

// Sub returns the part of w by h cells at x, y. It may reach beyond r, and
// is cut there; negative x and y serve to scroll.
func (r Region) Sub(x, y, w, h int) Region {
	w, h = max(w, 0), max(h, 0)
	x, y = r.x+x, r.y+y
	return Region{
		W: w, H: h, grid: r.grid, x: x, y: y,
		left: max(r.left, x), right: min(r.right, x+w),
		top: max(r.top, y), bottom: min(r.bottom, y+h),
	}
}

// Inset returns the part that lies dx columns and dy rows within r.
func (r Region) Inset(dx, dy int) Region {
	return r.Sub(dx, dy, r.W-2*dx, r.H-2*dy)
}

// Left cuts n columns off at the left, and returns them and the rest.
func (r Region) Left(n int) (part, rest Region) {
	n = min(max(n, 0), r.W)
	return r.Sub(0, 0, n, r.H), r.Sub(n, 0, r.W-n, r.H)
}

// Right cuts n columns off at the right, and returns them and the rest.
func (r Region) Right(n int) (part, rest Region) {
	rest, part = r.Left(r.W - max(n, 0))
	return part, rest
}

// Top cuts n rows off at the top, and returns them and the rest.
func (r Region) Top(n int) (part, rest Region) {
	n = min(max(n, 0), r.H)
	return r.Sub(0, 0, r.W, n), r.Sub(0, n, r.W, r.H-n)
}

// Bottom cuts n rows off at the bottom, and returns them and the rest.
func (r Region) Bottom(n int) (part, rest Region) {
	rest, part = r.Top(r.H - max(n, 0))
	return part, rest
}

// Set puts one rune at column x of row y. In place of a wide rune of which only half
// fits, it draws a blank.
func (r Region) Set(x, y int, c rune, st Style) {
	if c, w := Printable(c); w > 0 {
		r.set(x, y, c, w, st)
	}
}

// set draws a rune that Printable returned.
func (r Region) set(x, y int, c rune, w int, st Style) {
	x, y = x+r.x, y+r.y
	if y < r.top || y >= r.bottom {
		return
	}
	switch {
	case x >= r.left && x+w <= r.right:
		r.grid.put(x, y, c, w, st)
	case w == 2 && x == r.left-1 && r.left < r.right:
		r.grid.put(x+1, y, ' ', 1, st)
	case w == 2 && x == r.right-1 && r.left < r.right:
		r.grid.put(x, y, ' ', 1, st)
	}
}

// Cell returns what is drawn at column x of row y; the empty cell outside of the grid.
func (r Region) Cell(x, y int) Cell { return r.grid.At(r.x+x, r.y+y) }

// Fill fills w by h cells at x, y. A rune that is not one cell wide counts
// as a blank.
func (r Region) Fill(x, y, w, h int, c rune, st Style) {
	c, n := Printable(c)
	if n != 1 {
		c = ' '
	}
	part := r.Sub(x, y, w, h)
	for y := part.top; y < part.bottom; y++ {
		for x := part.left; x < part.right; x++ {
			r.grid.put(x, y, c, 1, st)
		}
	}
}

// Indent returns the part that lies n columns within; what is drawn left of it, at
// negative columns, is still seen.
func (r Region) Indent(n int) Region {
	r.x, r.W = r.x+n, max(r.W-n, 0)
	return r
}

// Down returns the region with its content moved up by n rows: what is drawn in row
// n is seen in its first one.
func (r Region) Down(n int) Region {
	r.y -= n
	return r
}

// Restyle changes the style of what is drawn already in w by h cells at x, y:
// a selected row, a panel that steps back.
func (r Region) Restyle(x, y, w, h int, change func(Style) Style) {
	part := r.Sub(x, y, w, h)
	for y := part.top; y < part.bottom; y++ {
		row := r.grid.cells[y*r.grid.W:]
		for x := part.left; x < part.right; x++ {
			row[x].Style = change(row[x].Style)
		}
	}
}

// Lines are the runes that frames are made of: one cell wide each.
type Lines struct {
	Across, Down                                 rune
	UpperLeft, UpperRight, LowerLeft, LowerRight rune
	Below, Above, Cross                          rune // where a line down leaves one across: below it, above it, both
}

// The frames in Unicode and in ASCII.
var (
	UnicodeLines = Lines{'─', '│', '┌', '┐', '└', '┘', '┬', '┴', '┼'}
	ASCIILines   = Lines{'-', '|', '+', '+', '+', '+', '+', '+', '+'}
)

// Box draws a frame around the region with a title in its upper side, and
// returns what lies within. A title that is too long is cut.
func (r Region) Box(l *Lines, frame, title Style, text string) Region {
	right, bottom := r.W-1, r.H-1
	r.Fill(1, 0, r.W-2, 1, l.Across, frame)
	r.Fill(1, bottom, r.W-2, 1, l.Across, frame)
	r.Fill(0, 1, 1, r.H-2, l.Down, frame)
	r.Fill(right, 1, 1, r.H-2, l.Down, frame)
	r.Set(0, 0, l.UpperLeft, frame)
	r.Set(right, 0, l.UpperRight, frame)
	r.Set(0, bottom, l.LowerLeft, frame)
	r.Set(right, bottom, l.LowerRight, frame)
	if room := r.W - 4; text != "" && room > 0 {
		n := min(Width(text), room)
		r.Set(1, 0, ' ', frame)
		r.Cut(2, 0, room, title, text)
		r.Set(2+n, 0, ' ', frame)
	}
	return r.Inset(1, 1)
}
