package export

import (
	"bufio"
	"context"
	"io"
	"time"

	"fdlab/tui/grid"
	"fdlab/tui/raster"
)

// still draws what the run shows at the chosen moment; at its end, what came of it.
func still(run *Run, o Options) *grid.Grid {
	v := run.viewer(o)
	v.ShowAt(o.At)
	g := grid.New(o.W, o.H)
	v.Theme.Prepare(g)
	v.Draw(g.Region())
	return g
}

// paint are the colours of a picture in place of the terminal's own.
func (o Options) paint(title string) grid.Picture {
	if o.Light {
		return grid.Picture{Text: grid.RGB(0x1B, 0x20, 0x26), Background: grid.RGB(0xFB, 0xFC, 0xFD), Title: title}
	}
	return grid.Picture{Text: grid.RGB(0xD8, 0xDE, 0xE4), Background: grid.RGB(0x11, 0x15, 0x1A), Title: title}
}

func svg(_ context.Context, w io.Writer, _ string, run *Run, o Options) error {
	return grid.SVG(w, still(run, o), o.paint("fdlab: "+run.Lesson.Title))
}

func png(_ context.Context, w io.Writer, _ string, run *Run, o Options) error {
	return raster.PNG(w, still(run, o), o.paint(""))
}

// text writes the frame's rows without colours.
func text(_ context.Context, w io.Writer, _ string, run *Run, o Options) error {
	g := still(run, o)
	out := bufio.NewWriter(w)
	for y := range g.H {
		out.WriteString(g.Row(y))
		out.WriteByte('\n')
	}
	return out.Flush()
}

// film shows the run as the cast does, with fewer frames: a page should load it at once.
func film(_ context.Context, w io.Writer, _ string, run *Run, o Options) error {
	f := grid.Film{Picture: o.paint("fdlab: " + run.Lesson.Title)}
	last, err := play(run, o, 2, func(at time.Duration, g *grid.Grid, _ string) error {
		f.Add(at.Seconds(), g)
		return nil
	})
	if err != nil {
		return err
	}
	return f.Write(w, last.Seconds())
}
