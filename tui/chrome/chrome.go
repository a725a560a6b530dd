// Package chrome draws what frames the parts of every screen: the title row, the
// hairlines that begin a part, the line between two parts, the background of what is
// highlighted, the row of keys. No part has a box of its own.
package chrome

import (
	"fdlab/tui/grid"
	"fdlab/tui/keys"
	"fdlab/tui/theme"
)

// Margin is how many cells text keeps from the sides of the screen.
const Margin = 2

// Title draws the first row of a screen: what it is, and at the right where the
// student stands.
func Title(r grid.Region, th *theme.Theme, what, where string) {
	st := th.Style(theme.Title)
	end := r.W - Margin
	if where != "" {
		r.TextRight(end, 0, th.Style(theme.Text), where)
		end -= grid.Width(where) + 2
	}
	p := r.At(Margin, 0).Text(st, "fdlab  ")
	r.Cut(p.X, 0, end-p.X, st, what)
}

// Line draws the hairline that begins a part, in row y of the part's whole width:
// its title at the left, with an aside that is quiet, and at the right its scale
// or its count. What has no room is left out, the right first, and the title is
// cut.
func Line(r grid.Region, th *theme.Theme, y int, title, aside, right string) {
	quiet := th.Style(theme.Faint)
	r.Fill(0, y, r.W, 1, th.Lines.Across, th.Style(theme.Frame))
	if title == "" && right == "" {
		return
	}
	end := r.W - 1
	room := end - 1 - grid.Width(title) - 2
	if n := grid.Width(right); right != "" && n+4 <= room {
		end -= n + 3
		r.Set(end, y, ' ', quiet)
		r.Text(end+1, y, quiet, right)
		r.Set(end+1+n, y, ' ', quiet)
	}
	r.Set(1, y, ' ', quiet)
	x := r.Cut(2, y, end-3, th.Style(theme.Title), title)
	if n := grid.Width(aside); aside != "" && x+n+4 <= end {
		x = r.Text(x+2, y, quiet, aside)
		for i := range 2 {
			r.Set(x-n-2+i, y, ' ', quiet)
		}
	}
	if x < r.W {
		r.Set(x, y, ' ', quiet)
	}
}

// Split draws the line that two parts share which stand side by side: from the
// hairline in row top down to the row before bottom, and into the hairline there,
// if there is one.
func Split(r grid.Region, th *theme.Theme, x, top, bottom int, into bool) {
	st := th.Style(theme.Frame)
	r.Set(x-1, top, th.Lines.Across, st)
	r.Set(x, top, th.Lines.Below, st)
	r.Fill(x, top+1, 1, bottom-top-1, th.Lines.Down, st)
	if into {
		r.Set(x, bottom, th.Lines.Above, st)
	}
}

// Raise gives rows that are drawn already the background of what is highlighted, and a
// bar at their left side, for terminals that have no such background.
func Raise(r grid.Region, th *theme.Theme) {
	r.Restyle(0, 0, r.W, r.H, th.Raised)
	r.Fill(0, 0, 1, r.H, th.Band, th.Raised(th.Style(theme.Key)))
}

// widest is how wide a text is at most that lies over a screen.
const widest = 100

// Over clears rows in the middle of a screen for what lies over it: as many as a
// text of some rows needs, between two hairlines. It returns where the text stands.
func Over(r grid.Region, th *theme.Theme, title, right string, rows int) grid.Region {
	box := OverRect(r.W, r.H, rows).In(r)
	box.Fill(0, 0, box.W, box.H, ' ', th.Style(theme.Text))
	lines := box.Inset(1, 0)
	Line(lines, th, 0, title, "", right)
	Line(lines, th, box.H-1, "", "", "")
	return box.Sub(Margin, 1, min(box.W-2*Margin, widest), box.H-2)
}

// OverRect is where Over stands on a screen of w by h cells.
func OverRect(w, h, rows int) grid.Rect {
	n := min(rows+2, h-1)
	return grid.Rect{Y: (h - n) / 2, W: w, H: n}
}

// OverWidth is how wide the text is that lies over a screen of w columns.
func OverWidth(w int) int { return min(w-2*Margin, widest) }

// Keys draws the keys that work now in a row: the first one is the key to press
// now, help and the way out stand at the right. Where the row is short, what finds
// no room is left out, those that stand first the last; help and the way out stay.
func Keys(r grid.Region, th *theme.Theme, all []keys.Hint) grid.Pen {
	key, quiet := th.Style(theme.Key), th.Style(theme.Faint)
	between := 2
	if r.W >= widest {
		between = 3
	}
	width := func(k keys.Hint) int { return grid.Width(k.Key) + 1 + grid.Width(k.Does) + between }
	const last = 2 // help and the way out
	left, right := all[:max(len(all)-last, 0)], all[max(len(all)-last, 0):]
	end := r.W - Margin + between
	for _, k := range right {
		end -= width(k)
	}
	p := r.At(Margin, 0)
	if len(left) == 0 {
		p = drawKeys(p, key, quiet, right, between)
		return p
	}
	for i, k := range left {
		w := width(k)
		if i == 0 {
			w += 2 // the blanks around the key to press
		}
		if p.X+w > end {
			continue // a shorter one may yet fit
		}
		if i == 0 {
			p = p.Text(th.Style(theme.Held), " ").Text(th.Style(theme.Held), k.Key).Text(th.Style(theme.Held), " ")
		} else {
			p = p.Text(key, k.Key)
		}
		p = p.Text(quiet, " ").Text(quiet, k.Does).Skip(between)
	}
	drawKeys(r.At(end, 0), key, quiet, right, between)
	return p
}

func drawKeys(p grid.Pen, key, quiet grid.Style, all []keys.Hint, between int) grid.Pen {
	for _, k := range all {
		p = p.Text(key, k.Key).Text(quiet, " ").Text(quiet, k.Does).Skip(between)
	}
	return p
}
