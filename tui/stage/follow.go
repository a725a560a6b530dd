package stage

import (
	"fdlab/lab/world"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
)

// follows reports whether a thing has to do with what is selected, so that all
// panels show it. The selected thing itself does.
func (v *scene) followsFD(f *world.FD) bool {
	switch s := v.Selected; s.Kind {
	case AnFD:
		return ofFD(f) == s
	case ABase:
		for i := range f.Watches {
			if int64(f.Watches[i].Base) == s.Number {
				return true
			}
		}
		return f.InCallback > 0 && int64(f.CalledBy) == s.Number
	case AThread:
		for _, id := range f.Threads {
			if int64(id) == s.Number {
				return true
			}
		}
		t := v.World.ThreadByID(uint32(s.Number))
		if t == nil {
			return false
		}
		top, ok := t.Top()
		return ok && top.FD == f.Number
	}
	return false
}

func (v *scene) selectedFD() *world.FD {
	for _, f := range v.World.FDs {
		if ofFD(f) == v.Selected {
			return f
		}
	}
	return nil
}

func (v *scene) followsBase(b *world.Base) bool {
	switch s := v.Selected; s.Kind {
	case AnFD:
		f := v.selectedFD()
		if f == nil {
			return false
		}
		for i := range f.Watches {
			if f.Watches[i].Base == b.Number {
				return true
			}
		}
	case ABase:
		return ofBase(b) == s
	case AThread:
		return b.Thread != 0 && int64(b.Thread) == s.Number
	}
	return false
}

func (v *scene) followsThread(t *world.Thread) bool {
	switch s := v.Selected; s.Kind {
	case AnFD:
		f := v.selectedFD()
		if f == nil {
			return false
		}
		for _, id := range f.Threads {
			if id == t.ID {
				return true
			}
		}
		top, ok := t.Top()
		return ok && top.FD == f.Number
	case ABase:
		b := v.World.BaseByNumber(uint16(s.Number))
		return b != nil && b.Thread == t.ID
	case AThread:
		return ofThread(t) == s
	}
	return false
}

func (v *scene) followsLine(h *world.Happening) bool {
	switch s := v.Selected; s.Kind {
	case AnFD:
		return int64(h.FD) == s.Number && h.At >= s.Since
	case ABase:
		return int64(h.Base) == s.Number
	case AThread:
		return int64(h.Thread) == s.Number
	}
	return false
}

func (v *scene) followsLane(l *world.Lane) bool {
	switch s := v.Selected; s.Kind {
	case AnFD:
		return int64(l.FD) == s.Number && l.Begun >= s.Since && (l.Ended == 0 || l.Ended > s.Since)
	case ABase:
		b := v.World.BaseByNumber(uint16(s.Number))
		return b != nil && l.Thread != 0 && l.Thread == b.Thread
	case AThread:
		return l.Thread != 0 && int64(l.Thread) == s.Number
	}
	return false
}

// mark shows that rows have to do with what is selected: with a bar at their side,
// and what is selected itself on raised ground. What a moment names has its bar.
func (v *scene) mark(r grid.Region, y, rows int, follows, selected bool) {
	switch {
	case selected:
		chrome.Raise(r.Sub(-1, y, r.W+1, rows), v.View.Theme)
	case follows:
		r.Fill(-1, y, 1, rows, v.Theme.Glyphs.Band, v.Theme.Key)
	}
}
