package stage

import (
	"strings"

	"fdlab/lab/world"
	"fdlab/tui/grid"
)

// What the stage says, piece by piece, as text. Each function draws its piece
// with the code that draws the screen, and reads the cells: so these are the
// words that a student sees. They are for a test that holds the stage against
// the kernel (tui/oracle).

// Text returns the whole stage in w by h cells, a line for each row.
func Text(view *View, w, h int) string {
	g := grid.New(w, h)
	Draw(g.Region(), view, LayoutOf(w, h, view))
	return strings.Join(lines(g), "\n")
}

// Headline returns the sentence under the title, with room for its long form.
func Headline(view *View) string {
	g := grid.New(200, 1)
	drawNow(g.Region(), sceneOf(view))
	return lines(g)[0]
}

// FDWords returns what the table of fds says of an open fd, in its columns.
func FDWords(view *View, f *world.FD) (watched, kernel, program string) {
	v := sceneOf(view)
	column := func(draw func(grid.Region, *scene, *world.FD)) string {
		g := grid.New(40, 1)
		draw(g.Region(), v, f)
		return lines(g)[0]
	}
	return column(drawWatched), column(drawKernel), column(drawProgram)
}

// WallWord returns what the wall counts an open fd among; "": it has no cell.
func WallWord(view *View, f *world.FD) string {
	alone, w := *view, *view.World
	w.FDs, alone.World, alone.Filter = []*world.FD{f}, &w, ""
	g := grid.New(60, 2)
	drawWall(g.Region(), sceneOf(&alone))
	_, word, _ := strings.Cut(lines(g)[0], " · 1 ")
	return word
}

// ClosedWords returns what the table says of a closed fd, behind its name; "": it does
// not show it.
func ClosedWords(view *View, f *world.FD) string {
	if !isShown(f, view.Now) {
		return ""
	}
	g := grid.New(60, 1)
	drawClosed(g.Region(), sceneOf(view), f)
	return lines(g)[0]
}

// ThreadWords returns what the panel of threads and loops says of a thread and
// of its loops, a line for each row; nil: it does not show the thread.
func ThreadWords(view *View, t *world.Thread) []string {
	v := sceneOf(view)
	if !isShownThread(v, t) {
		return nil
	}
	g := grid.New(100, 40)
	y := drawThread(g.Region(), 0, v, t)
	if t.Ended == 0 {
		y = drawLoopsOf(g.Region(), y, v, t)
	}
	return lines(g)[:min(y, 40)]
}

// LaneWord returns what a thread's lane shows of this moment.
func LaneWord(view *View, l *world.Lane) string {
	v := sceneOf(view)
	p := l.Piece(v.Now, v.Now+1)
	s := threadShape(v, l, &p, v.Now, v.Now+1, shape{}, 0)
	switch k := v.Theme.Glyphs; {
	case s.glyph == 0:
		return ""
	case s.style == v.Theme.Lane.Asleep:
		return "sleeps"
	case s.style == v.Theme.Lane.Spin:
		return "spins"
	case s.glyph == k.LaneRun:
		return "runs"
	case s.glyph == k.LaneSleep:
		return "sleeps"
	case s.glyph == k.LaneWait:
		return "waits"
	case s.glyph == k.LaneBlocked:
		return "blocked"
	case s.glyph == k.LaneGate:
		return "held"
	case s.glyph == k.LaneSaid:
		return `"callback"`
	}
	return "callback"
}

// LaneReadout returns what the time panel says in words of a lane at this moment.
func LaneReadout(view *View, l *world.Lane) string {
	g := grid.New(readWidth(wide)-1, 1)
	drawReadout(g.Region(), sceneOf(view), l)
	return lines(g)[0]
}

// Warnings returns the rows of warnings.
func Warnings(view *View) []string {
	g := grid.New(100, 60)
	n := drawLints(g.Region(), sceneOf(view))
	return lines(g)[60-n:]
}

func sceneOf(view *View) *scene { return &scene{View: view, Theme: inkOf(view.Theme)} }

// lines returns the rows of a grid without the blanks at their ends.
func lines(g *grid.Grid) []string {
	var all []string
	for y := range g.H {
		var b strings.Builder
		for x := range g.W {
			c := g.At(x, y).Rune
			if c == 0 {
				c = ' '
			}
			b.WriteRune(c)
		}
		all = append(all, strings.TrimRight(b.String(), " "))
	}
	return all
}
