package export_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fdlab/lab/course"
	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/export"
	"fdlab/tui/grid"
	"fdlab/tui/stage"
	"fdlab/tui/theme"
	"fdlab/tui/viewer"
)

// TestTheSmallestWindow: with the fewest cells, and with the fewest that show all panels, each lesson
// is seen in a page as it comes up: its question and all that can be said to it, each moment in
// each panel, the end, the help. What does not fit is wrapped, can be scrolled, or ends in a sign.
func TestTheSmallestWindow(t *testing.T) {
	c := course.Read(root)
	for _, l := range c.Lessons {
		run, flaw, err := export.Read(filepath.Join(root, "lessons", l.Slug, trace.Shipped), c)
		if err != nil || flaw != nil {
			t.Fatal(err, flaw)
		}
		for _, size := range [][2]int{{stage.LeastWidth, stage.LeastHeight}, {80, 24}} {
			v := viewer.New(theme.New(grid.Plain, theme.Dark, false), run.Lesson, world.Recorded{Header: run.Header, Run: run.World})
			v.Resize(size[0], size[1])
			walk(t, fmt.Sprint(l.Slug, size), v, grid.New(size[0], size[1]), run)
		}
	}
}

func walk(t *testing.T, name string, v *viewer.Viewer, g *grid.Grid, run *export.Run) {
	look := func(where string) string {
		var spilt, rows []string
		g.Spilt = func(text string) { spilt = append(spilt, text) }
		g.Clear()
		v.Draw(g.Region())
		for y := range g.H {
			rows = append(rows, g.Row(y))
		}
		text := strings.Join(rows, "\n")
		for _, s := range slices.Compact(spilt) {
			t.Errorf("%s, %s: %q is cut without a sign:\n%s", name, where, s, text)
		}
		if strings.Contains(text, "Enlarge the window") {
			t.Errorf("%s, %s: it is not shown", name, where)
		}
		return text
	}
	// Each row of the question is seen, at the latest after scrolling.
	asked := look("the question")
	if below := strings.Contains(asked, "scroll"); below {
		for range 30 {
			v.Key("down")
			asked += "\n" + look("the question, scrolled")
		}
	}
	said := strings.Join(strings.Fields(asked), " ")
	for _, o := range run.Lesson.Options {
		words := strings.Fields(o.Text)
		if last := strings.Join(words[max(len(words)-2, 0):], " "); !strings.Contains(said, last) {
			t.Errorf("%s: the end of option %s is never seen: %q in\n%s", name, o.Letter, last, asked)
		}
	}
	v.Key("?")
	look("the help of the question")
	v.Key("esc")
	v.Key("b")
	v.Key("end")
	v.Key("enter")
	v.Key("R") // no clock moves the playhead
	v.Key("end")
	look("the end")
	v.Key("?")
	look("the help of the end")
	v.Key("esc")
	v.Key("home")
	v.Key("?")
	look("the help of the stage")
	v.Key("esc")
	moments := 0
	for {
		at := v.Now()
		if v.Key("tab"); v.Now() == at {
			break
		}
		moments++
		for _, key := range []string{" ", "Z", "Z", "Z", "Z", "Z", "Z", "esc"} {
			if text := look(fmt.Sprintf("moment %d", moments)); !strings.Contains(text, "MOMENT") {
				t.Fatalf("%s: moment %d is not there:\n%s", name, moments, text)
			}
			v.Key(key)
		}
	}
	if moments < len(run.World.Live.Moments) || moments == 0 {
		t.Errorf("%s: %d moments of %d", name, moments, len(run.World.Live.Moments))
	}
}
