package stage

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// Look is what a person does to the stage itself, whatever run it shows: what is
// selected, which rows are left out, which panel has the screen, how far each is
// scrolled.
type Look struct {
	Selected Selection
	Filter   string // fds and lines of the log without these letters are left out; "": none is
	Full     Panel  // this panel has the screen; NoPanel: all are seen
	Wall     bool   // the table of fds has one cell an fd
	Scrolled [panels]int
}

// StepBack takes back what was done last: full screen, filter, selection. false:
// there is nothing to take back.
func (l *Look) StepBack() bool {
	switch {
	case l.Full != NoPanel:
		l.Full = NoPanel
	case l.Filter != "":
		l.Filter = ""
	case l.Selected != Selection{}:
		l.Selected = Selection{}
	default:
		return false
	}
	return true
}

// TypeFilter takes a key while the filter is typed, and reports whether it goes on.
func (l *Look) TypeFilter(key string) (goesOn bool) {
	goesOn = true
	switch key {
	case "enter":
		goesOn = false
	case "esc":
		l.Filter, goesOn = "", false
	case "backspace", "ctrl+h":
		_, n := utf8.DecodeLastRuneInString(l.Filter)
		l.Filter = l.Filter[:len(l.Filter)-n]
	default:
		const longest = 20
		if utf8.RuneCountInString(key) == 1 && len(l.Filter) < longest {
			l.Filter += key
		}
	}
	l.Scrolled = Look{}.Scrolled
	return goesOn
}

// DrawFilter draws the letters as they are typed, in the place of the keys.
func DrawFilter(r grid.Region, th *theme.Theme, filter string) {
	row, _ := r.Bottom(1)
	row.Fill(0, 0, row.W, 1, ' ', th.Style(theme.Text))
	p := row.At(chrome.Margin, 0).Text(th.Style(theme.Faint), "filter ").Text(th.Style(theme.Key), filter).
		Text(th.Style(theme.Held), " ").Skip(3)
	p.Text(th.Style(theme.Key), "enter").Text(th.Style(theme.Faint), " keeps it   ").
		Text(th.Style(theme.Key), "esc").Text(th.Style(theme.Faint), " takes it away")
}

// Panel is one of the stage's panels.
type Panel uint8

// The panels, in the order in which they are seen one by one.
const (
	NoPanel Panel = iota
	FDsPanel
	LoopsPanel
	TimePanel
	FeedPanel
	JudgementPanel

	panels int = iota
)

// NextFull is the panel that has the screen after this one; NoPanel comes last.
// What is not there is left out.
func (v *View) NextFull() Panel {
	next := v.Full + 1
	if next == JudgementPanel && !(&scene{View: v}).judges() || int(next) >= panels {
		return NoPanel
	}
	return next
}

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

func ofFD(f *world.FD) Selection     { return Selection{AnFD, int64(f.Number), f.Opened} }
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

// passes reports whether an fd is not filtered out.
func (v *View) passes(f *world.FD) bool {
	return v.Filter == "" || has(f.Name(), v.Filter) || has(f.What, v.Filter) || has("fd "+strconv.Itoa(int(f.Number)), v.Filter)
}

// passesLine is passes for a line of the log. What the experiment says itself
// passes: it is what the rest hangs on.
func (v *View) passesLine(h *world.Happening) bool {
	if v.Filter == "" || h.Kind == trace.Step || has(h.Name, v.Filter) || has(h.On, v.Filter) {
		return true
	}
	return h.FD != trace.NoFD && has("fd "+strconv.Itoa(int(h.FD)), v.Filter)
}

func has(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
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

// PanelAt returns the panel that a cell of the screen lies in.
func (l *Layout) PanelAt(x, y int) Panel {
	for p := FDsPanel; int(p) < panels; p++ {
		if l.panel(p).Has(x, y) {
			return p
		}
	}
	return NoPanel
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

// ScrollBy scrolls a panel down. What has room is not scrolled.
func (v *View) ScrollBy(p Panel, rows int, l *Layout) {
	if p == FeedPanel {
		rows = -rows // it is seen from its newest line, at the bottom
	}
	most := 0
	s := sceneOf(v)
	switch p {
	case FDsPanel:
		in := inside(l.FDs)
		above, below := drawFDs(grid.New(in.W, in.H).Region(), s)
		most = above + below
	case LoopsPanel:
		if len(v.World.Ends) > 0 {
			break
		}
		in := inside(l.Loops)
		above, below := drawLoops(grid.New(in.W, in.H).Region(), s)
		most = above + below
	case FeedPanel:
		above, below := s.feedMore(inside(l.Feed).H)
		most = above + below
	case JudgementPanel:
		in := inside(l.Judgement)
		most = max(s.verdictRows(in.W)-in.H, 0)
	}
	v.Scrolled[p] = min(max(v.Scrolled[p]+rows, 0), most)
}

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

// drawMore says in a panel's hairline how many rows it has beyond those that are
// seen.
func (v *scene) drawMore(r grid.Region, p grid.Rect, above, below int) {
	if above <= 0 && below <= 0 {
		return
	}
	th := v.Theme
	b := append(r.Scratch(), ' ')
	if above > 0 {
		b = append(strconv.AppendInt(b, int64(above), 10), " more ↑ "...)
	}
	if below > 0 {
		b = append(strconv.AppendInt(b, int64(below), 10), " more ↓ "...)
	}
	line := p.In(r)
	n := grid.Width(string(b))
	line.Bytes(line.W-1-n, 0, th.Faint, b)
}
