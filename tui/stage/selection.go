package stage

import (
	"strconv"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
)

// Selection is an fd, a base or a thread. The zero Selection is none.
type Selection struct {
	Kind   Selected
	Number int64 // the fd's, the base's, the thread's id
	Since  int64 // of an fd: when it was opened, for its number is used again
}

// Selected says what a Selection is of.
type Selected uint8

// What can be selected.
const (
	Nothing Selected = iota
	AnFD
	ABase
	AThread
)

func ofFD(f *world.FD) Selection { return Selection{AnFD, int64(f.Number), f.Opened} }

func ofBase(b *world.Base) Selection { return Selection{Kind: ABase, Number: int64(b.Number)} }

func ofThread(t *world.Thread) Selection {
	return Selection{Kind: AThread, Number: int64(t.ID)}
}

// Words name the selection: "fd 12".
func (s Selection) Words() string {
	kind := [...]string{"", "fd ", "base ", "thread "}[s.Kind]
	return kind + strconv.FormatInt(s.Number, 10)
}

// Has reports whether a record of the run is about the selection.
func (s Selection) Has(run *world.Run, r *trace.Record) bool {
	switch s.Kind {
	case AnFD:
		if int64(r.FD) != s.Number || r.Time < s.Since {
			return false
		}
		for _, f := range run.Live.FDs { // its number may be another's later
			if int64(f.Number) == s.Number && f.Opened > s.Since && f.Opened <= r.Time {
				return false
			}
		}
		return true
	case ABase:
		return int64(r.Base) == s.Number
	case AThread:
		return int64(r.Thread) == s.Number
	}
	return false
}

// tabled calls do for each fd of the table, in its order: the ends that the program
// reads first, then those that only feed them (write ends, the far end of a socket).
func (v *scene) tabled(do func(f *world.FD, main bool)) {
	for _, main := range []bool{true, false} {
		for _, f := range v.World.FDs {
			if !v.isShown(f) || v.crowded && f.Closed != 0 && !f.Lingers() || f.Input() != main || !v.passes(f) {
				continue
			}
			do(f, main)
		}
	}
}

// selectable is all that can be selected, in the order of the panels.
func (v *scene) selectable() (all []Selection) {
	if v.Wall {
		for _, f := range v.walled() {
			all = append(all, ofFD(f))
		}
	} else {
		v.tabled(func(f *world.FD, _ bool) { all = append(all, ofFD(f)) })
	}
	for i := range v.World.Threads {
		t := &v.World.Threads[i]
		if !isShownThread(v, t) {
			continue
		}
		all = append(all, ofThread(t))
		for j := range v.World.Bases {
			if b := &v.World.Bases[j]; b.Thread == t.ID && b.Phase != world.Stopped {
				all = append(all, ofBase(b))
			}
		}
	}
	return all
}

// Select selects what stands so many places after the selection, and brings an fd
// into view. Before the first and after the last nothing is selected.
func (v *View) Select(by int, l *Layout) {
	s, in := sceneOf(v), inside(l.FDs)
	drawFDs(grid.New(in.W, in.H).Region(), s) // it decides which fds have a row
	all := s.selectable()
	at := -1
	for i, s := range all {
		if s == v.Selected {
			at = i
		}
	}
	switch {
	case len(all) == 0:
		v.Selected = Selection{}
		return
	case at < 0 && by < 0:
		at = len(all)
	}
	if at += by; at < 0 || at >= len(all) {
		v.Selected = Selection{}
		return
	}
	v.Selected = all[at]
	if rows := inside(l.FDs).H - 1; v.Selected.Kind == AnFD && rows > 0 {
		row := at
		if v.Wall {
			row = at / wallRow(in.W)
		}
		v.Scrolled[FDsPanel] = min(max(v.Scrolled[FDsPanel], row-rows+1), row)
	}
}

// hit is a place on the screen, and what is selected there.
type hit struct {
	y, rows int
	what    Selection
}

// touch notes that what is drawn in some rows can be selected.
func (v *scene) touch(y, rows int, what Selection) {
	if v.hits != nil {
		*v.hits = append(*v.hits, hit{y, rows, what})
	}
}

// SelectAt selects what stands at a cell of the screen: it draws the panel there
// once more, and asks what stands in the row. ok is false where nothing does.
func (v *View) SelectAt(l *Layout, x, y int) (ok bool) {
	var p grid.Rect
	var hits []hit
	s := sceneOf(v)
	s.hits = &hits
	draw := drawFDs
	switch l.PanelAt(x, y) {
	case FDsPanel:
		p = l.FDs
	case LoopsPanel:
		if p, draw = l.Loops, drawLoops; len(v.World.Ends) > 0 {
			return false
		}
	default:
		return false
	}
	in := inside(p)
	draw(grid.New(in.W, in.H).Region(), s)
	for _, h := range hits {
		if row := y - in.Y; row >= h.y && row < h.y+h.rows {
			v.Selected = h.what
			return true
		}
	}
	return false
}
