package grid

// Rect is a part of a screen, in cells. A Region draws; a Rect only says where:
// a layout of Rects serves both to draw and to find what was clicked.
type Rect struct{ X, Y, W, H int }

// Has reports whether a cell lies in it.
func (r Rect) Has(x, y int) bool { return x >= r.X && x < r.X+r.W && y >= r.Y && y < r.Y+r.H }

// In returns the part of a region that lies there.
func (r Rect) In(region Region) Region { return region.Sub(r.X, r.Y, r.W, r.H) }

// Inset returns the part that lies dx columns and dy rows within r.
func (r Rect) Inset(dx, dy int) Rect {
	return Rect{r.X + dx, r.Y + dy, max(r.W-2*dx, 0), max(r.H-2*dy, 0)}
}

// Left cuts n columns off at the left, and returns them and the rest.
func (r Rect) Left(n int) (part, rest Rect) {
	n = min(max(n, 0), r.W)
	return Rect{r.X, r.Y, n, r.H}, Rect{r.X + n, r.Y, r.W - n, r.H}
}

// Top cuts n rows off at the top, and returns them and the rest.
func (r Rect) Top(n int) (part, rest Rect) {
	n = min(max(n, 0), r.H)
	return Rect{r.X, r.Y, r.W, n}, Rect{r.X, r.Y + n, r.W, r.H - n}
}

// Bottom cuts n rows off at the bottom, and returns them and the rest.
func (r Rect) Bottom(n int) (part, rest Rect) {
	rest, part = r.Top(r.H - max(n, 0))
	return part, rest
}
