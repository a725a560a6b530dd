package table

import (
	"slices"
	"strings"
	"testing"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// story is a made-up run that states tables.
type story struct {
	words []string
	world *world.World
}

func (s *story) String(id uint32) string { return s.words[id-1] }

func newStory() *story {
	s := &story{}
	s.world = world.New(s)
	return s
}

// table states one: its title, and its rows of words.
func (s *story) table(title string, rows ...[]string) {
	say := func(r trace.Record, text string) {
		s.words = append(s.words, text)
		r.Str, r.FD, r.D = uint32(len(s.words)), trace.NoFD, int64(trace.NoUnit)
		s.world.Apply(&r)
	}
	say(trace.Record{Kind: trace.Table}, title)
	for y, row := range rows {
		for x, cell := range row {
			say(trace.Record{Kind: trace.Cell, A: int64(y), B: int64(x)}, cell)
		}
	}
}

func TestHeadingsAreBrokenToFit(t *testing.T) {
	s := newStory()
	s.table("t", []string{"engine", "system calls that were made", "unread"}, []string{"blocking", "6", "never"})
	one := Of(s.world)[0]
	if one.Rows(80) != 2 || one.Rows(30) != 4 || one.Hidden(30) != 0 || one.Hidden(20) != 1 {
		t.Errorf("%d rows in 80 cells, %d in 30; hidden columns: %d in 30, %d in 20", one.Rows(80), one.Rows(30), one.Hidden(30), one.Hidden(20))
	}
	th := theme.New(grid.Plain, theme.Dark, false)
	g := grid.New(30, 5)
	th.Prepare(g)
	if end := one.Draw(g.Region(), 0, th); end != 4 || !strings.Contains(g.Render(), "6") {
		t.Errorf("it ends in row %d:\n%s", end, g.Render())
	}
}

// TestATableThatIsStatedAgainTakesItsPlace: a run by hand adds a row to one.
func TestATableThatIsStatedAgainTakesItsPlace(t *testing.T) {
	head, a, b := []string{"who", "got"}, []string{"a", "1"}, []string{"b", "2"}
	s := newStory()
	s.table("grows", head, a)
	s.table("stays", head, a, b)
	earlier := s.world.Clone()
	s.table("grows", head, a, b)
	var titles []string
	for _, one := range Of(s.world) {
		if titles = append(titles, one.Title); one.Rows(80) != 3 {
			t.Errorf("%q has %d rows, want 3", one.Title, one.Rows(80))
		}
	}
	if !slices.Equal(titles, []string{"stays", "grows"}) {
		t.Errorf("the tables are %q", titles)
	}
	if all := Of(earlier); len(all) != 2 || all[0].Title != "grows" || all[0].Rows(80) != 2 || all[1].Rows(80) != 3 {
		t.Errorf("an earlier moment has changed: %+v", all)
	}
}
