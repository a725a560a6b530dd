package stage

import (
	"slices"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/page"
)

// What the moment is about, in the three words: what is watched, what is ready,
// what was noticed. At most four numbers are large. All of them, and the words
// beside them, are those of the tables: nothing is said here that is not said
// there.

// nowRows is how many rows that takes at the reader's pace on a screen of h rows,
// with its hairline: the same at a moment and on the way to it.
func nowRows(v *View, h int) int {
	switch {
	case v.Band == nil:
		return 0
	case h >= roomy:
		return 5
	}
	return 1
}

// subject is the fd that the moment is about: of those that it names the one that
// has most to say. On the way to a moment it is that of the last one, or the first in
// the table; nil: there is none.
func (v *scene) subject() (subject *world.FD, others int) {
	var m *world.Moment
	if v.Band != nil {
		m = v.Band.Moment
	}
	if m != nil && !m.Names() {
		return nil, 0
	}
	for i := len(v.World.Moments) - 1; i >= 0 && (m == nil || !m.Names()); i-- {
		m = &v.World.Moments[i]
	}
	if m == nil || !m.Names() {
		v.tabled(func(f *world.FD, main bool) {
			if subject == nil && main && f.Closed == 0 {
				subject = f
			}
		})
		return subject, 0
	}
	weight := func(f *world.FD) int {
		_, unseen := f.Unseen()
		switch {
		case unseen:
			return 5
		case f.InCallback > 0:
			return 4
		case f.Readable():
			return 3
		case len(f.Watches) > 0 || f.Blocked > 0:
			return 2
		}
		return 1
	}
	n := 0
	for _, f := range v.World.FDs {
		if f.Closed != 0 || !m.About(f.Number) {
			continue
		}
		if n++; subject == nil || weight(f) > weight(subject) {
			subject = f
		}
	}
	return subject, n - 1
}

// number is a number of the moment, with its unit; none: there is no number to tell.
type number struct {
	n    int64
	unit string
}

// style lights a number that is not 0.
func (n number) style(th *ink, lit grid.Style) grid.Style {
	if n.n > 0 {
		return lit
	}
	return th.Faint
}

// numbersOf are the numbers of an fd: what waits in the kernel, how often its
// callback was called in the current step, and, where that is another number, how often
// it was read.
func numbersOf(f *world.FD) (ready, noticed, twist number) {
	switch {
	case f.TCP.State == "LISTEN":
		ready = number{f.TCP.Backlog, counted(f.TCP.Backlog, "client")}
	case f.Input() && (f.Queued > 0 || !f.Readable()):
		ready = number{f.Queued, counted(f.Queued, "byte")}
	}
	r, c := int64(f.Reads-f.Earlier.Reads), int64(f.Callbacks-f.Earlier.Callbacks)
	reads, calls := number{r, counted(r, "read")}, number{c, counted(c, "callback")}
	switch {
	case f.Callbacks == 0 && len(f.Watches) == 0 && f.Ever == 0:
		return ready, reads, number{} // no loop has to do with it
	case c > 0 && r != c && f.TCP.State != "LISTEN":
		return ready, calls, reads
	}
	return ready, calls, number{}
}

// isFromBefore reports whether the program dealt with the fd before the current step, too.
func isFromBefore(f *world.FD) bool { return f.Earlier != world.Dealings{} }

// lastWord is what the program has said last in this step, or "".
func (v *scene) lastWord() string {
	step, _ := v.World.Step()
	for _, h := range slices.Backward(v.World.Feed.Lines) {
		if h.Kind == trace.Note && h.At >= step.At {
			return h.Name
		}
	}
	return ""
}

func counted(n int64, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// drawMomentNow draws the panel into r, which begins below its hairline. Where the moment is
// about no fd that is open, the program's own words are the fact.
func drawMomentNow(r grid.Region, v *scene, f *world.FD) {
	th := v.Theme
	if f == nil {
		if said := v.lastWord(); said != "" {
			r.Text(0, 0, th.Faint, "the program says")
			page.Wrap(r, 1, th.Strong, said)
		}
		return
	}
	ready, noticed, twist := numbersOf(f)
	readyStyle, noticedStyle := ready.style(th, th.Ready), noticed.style(th, th.Callback)
	at := [...]int{0, r.W * 30 / 100, r.W * 62 / 100}
	part := func(i int) grid.Region {
		end := r.W
		if i+1 < len(at) {
			end = at[i+1] - 2
		}
		return r.Sub(at[i], 0, end-at[i], r.H)
	}
	a, b, c := part(0), part(1), part(2)
	a.Text(0, 0, th.Watched.With(grid.Bold), "watched")
	b.Text(0, 0, th.Ready, "ready")
	c.Text(0, 0, th.Noticed.With(grid.Bold), "noticed")
	a.Text(9, 0, th.Faint, "the program's wish")
	b.Text(7, 0, th.Faint, "the kernel's fact")
	p := c.At(9, 0).Text(th.Faint, "by the loop")
	if isFromBefore(f) {
		p.Text(th.Faint, ", in this step")
	}

	if f.Blocked == 0 && v.World.Unwatched(f) {
		a.Text(0, 1, th.Faint, "by nobody")
	}
	drawWatched(a.Sub(0, 1, a.W, 1), v, f)

	x := 0
	if ready.unit != "" {
		x = drawNumeral(b, 0, 1, v, readyStyle, ready.n) + 2
	}
	drawKernel(b.Sub(x, 1, b.W-x, 1), v, f)
	b.Cut(x, 2, b.W-x, th.Faint, f.What)

	const said = narrowProgram - 2 // what the table's narrow column says
	x = drawNumeral(c, 0, 1, v, noticedStyle, noticed.n) + 2
	c.Text(x, 1, th.Faint, noticed.unit)
	drawProgram(c.Sub(x, 2, min(said, c.W-x), 1), v, f)
	if twist.unit != "" {
		x = drawNumeral(c, x+said+1, 1, v, th.Text, twist.n) + 2
		c.Text(x, 1, th.Faint, twist.unit)
	}
}

// drawMomentLine is drawMomentNow in one row.
func drawMomentLine(r grid.Region, v *scene, f *world.FD) {
	th := v.Theme
	if f == nil {
		if said := v.lastWord(); said != "" {
			p := r.At(0, 0).Text(th.Faint, "the program says  ")
			r.Cut(p.X, 0, r.W-p.X, th.Strong, said)
		}
		return
	}
	ready, noticed, twist := numbersOf(f)
	p := nameFD(r.At(0, 0), th.Title, f).Text(th.Faint, "   ready")
	say := func(n number, st grid.Style) {
		if n.unit != "" {
			p = p.Text(th.Faint, " ").Count(st.With(grid.Bold), n.n).Text(th.Faint, " ").Text(th.Faint, n.unit).Text(th.Faint, "  ")
		}
	}
	if say(ready, th.Ready); ready.unit == "" { // an end of file is no number
		const words = len("■ end of file ")
		drawKernel(r.Sub(p.X+1, 0, words, 1), v, f)
		p = p.Skip(words)
	}
	if isFromBefore(f) {
		p = p.Text(th.Faint, " in this step")
	}
	say(noticed, th.Callback)
	say(twist, th.Text)
	if len(f.Watches) > 0 || f.Blocked > 0 {
		p = p.Text(th.Faint, " watched ")
		drawWatched(r.Sub(p.X, 0, r.W-p.X, 1), v, f)
	}
}
