// Package stage draws a running experiment: its file descriptors, its threads
// and loops, what each did through time, what happened last, and what the run
// says of the student's prediction.
//
// It draws a View into a region of any size and changes nothing. It knows no
// process, no file, no clock and no key: tui/app does.
package stage

import (
	"strconv"

	"fdlab/lab/diagnosis"
	"fdlab/lab/phrase"
	"fdlab/lab/world"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/keys"
	"fdlab/tui/player"
	"fdlab/tui/table"
	"fdlab/tui/theme"
)

// View is all that the stage shows.
type View struct {
	Theme *theme.Theme

	Lesson string // "01 select vs blocking I/O"
	Status Status
	Words  string // what Status says in addition: "exit status 2", "building ...", the replay's speed

	Run   *world.Run   // the whole run, for the time panel; never nil
	World *world.World // the moment that is shown: the live edge, or earlier
	Now   int64        // ns of the run at that moment; later than World.Time while nothing happens
	Live  int64        // ns of the run at the live edge

	Column int64        // ns that one column of the time panel stands for
	Events bool         // a column is one phase, whatever time it took, and not a stretch of time:
	Wide   int          // it is so wide
	Gaps   []player.Gap // where time was held and nothing happened, in their order
	Look

	Band *Band // stands in the top rows at the reader's pace and at a moment; or nil

	Chapter string // what the run is at, in the place of its step: "check 2 of 6: ..."; or ""

	// Strangers: the program gives its threads no names, so all of them
	// count. (A lesson names its own; the others are the harness's.)
	Strangers bool

	// Judgement draws the last panel in the place of the prediction and the
	// verdict; nil: those are drawn. It is for runs that somebody else judges.
	// In a pair it gets JudgementRows rows, if there is room.
	Judgement     func(grid.Region)
	JudgementRows int

	// Tries are what there is to do in a run by hand. They stand in the place of the
	// prediction and the verdict, which such a run does not have.
	Tries []Try

	Predicted string            // the student's letter, or ""
	Options   map[string]string // the text of each letter
	Votes     map[string]string // how many of a class have chosen each letter: "12 of 30"; nil: nobody was asked
	Lost      uint64            // records that were lost
	LeftOut   uint64            // of these: left out of a recording, on purpose
	Keys      []keys.Hint       // the instrument's keys; the experiment's come from the world
}

// Status says in which state the run is.
type Status uint8

const (
	Building Status = iota // the program is being compiled
	Starting               // it runs and has not spoken yet
	Running                // the live edge
	Held                   // time is held at the live edge
	Past                   // an earlier moment is shown
	Over                   // the program has ended
	Replay                 // the past is shown again, moving
	Judged                 // it was ended because its judge had seen enough
	Led                    // the stage follows the program at the reader's pace
	Paused                 // and waits there
	AtMoment               // it stands at a moment that the program has marked
	Unheld                 // time should be held, and the program does not heed it
	Stopped                // a signal has stopped the program
)

// statusWords stand at the right end of the title row.
var statusWords = [...]string{"BUILDING", "STARTING", "LIVE", "HELD", "PAST", "ENDED", "REPLAY", "GRADED",
	"GUIDED", "PAUSED", "MOMENT", "NOT HELD", "STOPPED"}

// Draw draws the view where LayoutOf says. Below LeastWidth and LeastHeight it draws
// what fits.
func Draw(r grid.Region, view *View, l Layout) {
	v := &scene{View: view, Theme: inkOf(view.Theme), small: IsSmall(r.W, r.H)}
	drawPanels(r, v, &l)
	v.split(r, l.Loops, l.Time.Y)
	v.split(r, l.Judgement, 0)
	drawKeys(l.Keys.In(r), v)
}

// drawPanels draws all but the row of the keys, and the lines between panels that
// stand side by side.
func drawPanels(r grid.Region, v *scene, l *Layout) {
	drawHead(l.Head.In(r), v)
	v.drawMoment(r, l.Now)
	if l.FDs.H > 0 {
		above, below := drawFDs(v.panel(r, l.FDs, "file descriptors", v.filtered(), ""), v)
		v.drawMore(r, l.FDs, above, below)
	}
	switch {
	case l.Loops.H == 0:
	case len(v.World.Ends) > 0:
		above, below := drawEnds(v.panel(r, l.Loops, "two ends of a connection", "", ""), v)
		v.drawMore(r, l.Loops, above, below)
	default:
		above, below := drawLoops(v.panel(r, l.Loops, "threads and loops", "", ""), v)
		v.drawMore(r, l.Loops, above, below)
	}
	if l.Time.H > 0 {
		drawTime(r, v.panel(r, l.Time, "time", "", ""), l, v)
	}
	switch t := v.measured(); {
	case l.Feed.H == 0:
	case t != nil:
		hidden := ""
		if n := t.Hidden(inside(l.Feed).W); n > 0 {
			hidden = phrase.Counted(n, "more column")
		}
		t.Draw(v.panel(r, l.Feed, "measured", t.Title, hidden), 0, v.View.Theme)
	default:
		above, below := drawFeed(v.panel(r, l.Feed, "what happened", v.said(), ""), v)
		v.drawMore(r, l.Feed, above, below)
	}
	switch {
	case l.Judgement.H == 0:
	case v.Judgement != nil:
		v.Judgement(v.panel(r, l.Judgement, "checks", "", ""))
	case v.World.Foreign():
		drawInferred(v.panel(r, l.Judgement, "measured, and inferred", "", ""), v)
	case len(v.Tries) > 0:
		drawTries(v.panel(r, l.Judgement, "try this", v.tried(), ""), v)
	default:
		in, scrolled := v.panel(r, l.Judgement, "prediction and verdict", "", ""), v.Scrolled[JudgementPanel]
		drawVerdict(in.Sub(0, -scrolled, in.W, in.H+scrolled), v)
		v.drawMore(r, l.Judgement, scrolled, 0)
	}
}

// drawMoment draws what the moment is about.
func (v *scene) drawMoment(r grid.Region, p grid.Rect) {
	if p.H == 0 {
		return
	}
	if v.small {
		drawCard(r, v, p)
		return
	}
	f, others := v.subject()
	if p.H == 1 {
		drawMomentLine(r.Sub(chrome.Margin, p.Y, p.W-1, 1), v, f)
		return
	}
	about := ""
	if f != nil {
		about = "fd " + strconv.Itoa(int(f.Number)) + "  " + f.Name()
		if others > 0 {
			about += "  and " + strconv.Itoa(others) + " more"
		}
	}
	drawMomentNow(v.panel(r, p, "now", "", about), v, f)
}

// isRead reports whether the verdict is what the student looks at: the run of a
// lesson is over.
func (v *scene) isRead() bool { return v.Status == Over && v.Judgement == nil }

// judges reports whether there is anything that came of the run so far.
func (v *scene) judges() bool {
	w := v.World
	return v.Judgement != nil || len(v.Tries) > 0 || w.Foreign() || w.Answer != "" || w.Verdict.Given || len(w.Checks) > 0 || v.isRead()
}

// filtered says which fds the table has.
func (v *scene) filtered() string {
	if v.Filter == "" {
		return ""
	}
	return "only " + v.Filter
}

// measured is the table that a moment is about: the run has stated it since the moment before. It stands
// in the place of what happened, which is one key away.
func (v *scene) measured() *table.Table {
	if v.Band == nil || v.Band.Number == 0 || v.Full == FeedPanel || v.judges() {
		return nil
	}
	if n := len(v.World.Moments); n > 1 && v.World.Stated < v.World.Moments[n-2].At {
		return nil
	}
	all := table.Of(v.World)
	if len(all) == 0 {
		return nil
	}
	return &all[len(all)-1]
}

// said is what the student has predicted, while nothing has come of the run yet.
func (v *scene) said() string {
	if v.judges() || v.Predicted == "" {
		return ""
	}
	return "you predicted " + v.Predicted
}

// isEmpty reports whether the program is over and has left nothing to look at: no
// fd, no thread, no warning.
func (v *scene) isEmpty() bool {
	if v.Status != Over || len(v.World.Ends) > 0 {
		return false
	}
	for _, f := range v.World.FDs {
		if v.isShown(f) {
			return false
		}
	}
	for i := range v.World.Threads {
		if t := &v.World.Threads[i]; t.Ended == 0 && isShownThread(v, t) {
			return false
		}
	}
	return len(diagnosis.Warnings(v.lints[:0], v.World, v.Now)) == 0
}

// panel draws the hairline that begins a panel, and returns its inside. The mark of
// a row stands in its column -1.
func (v *scene) panel(r grid.Region, p grid.Rect, title, aside, right string) grid.Region {
	chrome.Line(p.In(r), v.View.Theme, 0, title, aside, right)
	in := inside(p)
	return r.Sub(p.X, in.Y, in.X+in.W-p.X, in.H).Indent(in.X - p.X)
}

// split draws the line between a panel and the one left of it, and into the
// hairline below, whose row is into; 0: there is none.
func (v *scene) split(r grid.Region, p grid.Rect, into int) {
	switch {
	case p.H == 0 || p.X <= edge:
	case into > p.Y:
		chrome.Split(r, v.View.Theme, p.X, p.Y, into, true)
	default:
		chrome.Split(r, v.View.Theme, p.X, p.Y, p.Y+p.H, false)
	}
}
