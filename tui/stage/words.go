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

// LaneWord returns what the last column of a thread's lane shows.
func LaneWord(view *View, l *world.Lane) string {
	v := sceneOf(view)
	ax := v.axis()
	from, to, _ := ax.span(ax.at(v.Now))
	piece := l.Piece(from, min(to, v.Now+1))
	glyph, _ := laneGlyph(v, true, piece.States, 0)
	switch k := v.Theme.Glyphs; glyph {
	case 0:
		return ""
	case k.LaneRun:
		return "runs"
	case k.LaneSleep:
		return "sleeps"
	case k.LaneWait:
		return "waits"
	case k.LaneBlocked:
		return "blocked"
	case k.LaneGate:
		return "held"
	case k.LaneCallback:
		return "callback"
	}
	return string(glyph)
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
