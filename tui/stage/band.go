package stage

import (
	"maps"
	"slices"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/page"
)

// Band is what stands in the top rows at the reader's pace: the question of the
// moment, or, on the way to it, what goes on now and what has happened last; and before the
// first one what could be predicted.
type Band struct {
	Number, Of       int    // of the moment, 1 and more; 0: none is stood at. How many the lesson has
	Question, Answer string // Answer is empty while it is not to be seen
	Space            string // what space does there, in words

	Moment *world.Moment // what matters is lit, and all else is quiet; nil: nothing is
	Behind int64         // ns that the stage is behind the program; 0: the program has ended
}

// bandRows is how many rows the band takes: the same at a moment and on the way
// to it, so that nothing jumps.
func bandRows(v *View, w, h int) int {
	switch {
	case v.Band == nil:
		return 0
	case IsSmall(w, h):
		return smallBand
	case h >= roomy:
		return 5
	}
	return 3
}

// drawBand draws what the band says, in three rows.
func drawBand(r grid.Region, v *scene) {
	th, b := v.Theme, v.Band
	in := r.Sub(chrome.Margin, (r.H-3)/2, r.W-2*chrome.Margin, 3)
	if b.Number == 0 && len(v.World.Moments) == 0 && len(v.Options) > 0 && len(v.Options) <= 4 {
		drawOptions(in.Sub(0, 0, in.W, 2), v)
		drawWay(in.At(0, 2), v)
		return
	}
	if b.Number == 0 {
		drawNow(in.Sub(0, 0, in.W, 1), v)
		if lines := v.World.Feed.Lines; len(lines) > 0 {
			drawHappening(in.Sub(0, 1, in.W, 1), v, &lines[len(lines)-1])
		}
		drawWay(in.At(0, 2), v)
		return
	}
	in.Cut(0, 0, in.W, th.Key, b.Question)
	if b.Answer == "" {
		p := drawPress(in.At(0, 2), v)
		drawWay(p.Skip(3), v)
		return
	}
	row := page.Wrap(in, 1, th.Text, b.Answer)
	if press := grid.Width(b.Space) + len(" space  "); row <= 2 || in.W >= 100 {
		drawPress(in.At(in.W-press, min(row, 2)), v)
	}
}

// drawOptions draws what one could predict in two rows, and says what the reader did.
func drawOptions(r grid.Region, v *scene) {
	th := v.Theme
	half := (r.W - 2) / 2
	for i, letter := range slices.Sorted(maps.Keys(v.Options)) {
		in := r.Sub(i%2*(half+2), i/2, half, 1)
		st, said, votes := th.Text, "", v.Votes[letter]
		if votes != "" {
			said = votes + " say: "
		}
		if letter == v.Predicted {
			st = th.Strong.With(grid.Underline)
			if said = "you said: "; votes != "" {
				said = votes + " say, you too: "
			}
		}
		p := in.At(0, 0).Text(th.Key, letter).Text(th.Text, " ").Text(th.Strong, said)
		in.Cut(p.X, 0, half-p.X, st, v.Options[letter])
	}
}

// drawPress draws the key to press, in reverse.
func drawPress(p grid.Pen, v *scene) grid.Pen {
	th := v.Theme
	return p.Text(th.Held, " space ").Text(th.Text, " ").Text(th.Text, v.Band.Space)
}

// drawWay says which moment it is, or comes next, and how far behind the program
// the stage is.
func drawWay(p grid.Pen, v *scene) {
	th, b := v.Theme, v.Band
	switch next := len(v.World.Moments) + 1; {
	case b.Number > 0:
		p = p.Text(th.Faint, "moment ").Int(th.Faint, int64(b.Number)).Text(th.Faint, " of ").Int(th.Faint, int64(max(b.Of, b.Number)))
	case next <= b.Of:
		p = p.Text(th.Faint, "on the way to moment ").Int(th.Faint, int64(next)).Text(th.Faint, " of ").Int(th.Faint, int64(b.Of))
	default:
		p = p.Text(th.Faint, "on the way to the end")
	}
	switch {
	case b.Behind > 0:
		p.Skip(3).Duration(th.Faint, b.Behind).Text(th.Faint, " behind the program")
	case v.Status != Building && v.Status != Starting:
		p.Skip(3).Text(th.Faint, "the program has ended")
	}
}

// singles reports whether a moment is shown that names what matters.
func (v *scene) singles() bool {
	return v.Band != nil && v.Band.Moment != nil && v.Band.Moment.Names()
}

// weigh lights rows that matter at the moment, and makes the others quiet. It
// changes what is drawn already.
func (v *scene) weigh(r grid.Region, matters bool) {
	if !v.singles() {
		return
	}
	if matters {
		r.Restyle(0, 0, r.W, r.H, func(st grid.Style) grid.Style { return st.With(grid.Bold) })
		return
	}
	quiet := v.Theme.Faint
	r.Restyle(0, 0, r.W, r.H, func(grid.Style) grid.Style { return quiet })
}

func (v *scene) fdMatters(fd int32) bool { return v.singles() && v.Band.Moment.About(fd) }

// fileMatters: of several that had the number one after the other, it is the one that
// was open at the moment.
func (v *scene) fileMatters(f *world.FD) bool {
	return v.fdMatters(f.Number) && (f.Closed == 0 || f.Closed >= v.Band.Moment.At)
}

func (v *scene) baseMatters(base uint16) bool {
	return v.singles() && base != 0 && v.Band.Moment.OfBase(v.World, base)
}

func (v *scene) threadMatters(id uint32) bool {
	t := v.World.ThreadByID(id)
	return v.singles() && t != nil && v.Band.Moment.OfThread(v.World, t)
}

func (v *scene) laneMatters(l *world.Lane) bool {
	if l.FD != trace.NoFD {
		return v.fdMatters(l.FD) && (l.Ended == 0 || l.Ended >= v.Band.Moment.At)
	}
	return v.threadMatters(l.Thread)
}
