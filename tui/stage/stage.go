// Package stage draws a running experiment: its file descriptors, its threads
// and loops, what each did through time, what happened last, and what the run
// says of the student's prediction.
//
// It draws a View into a region of any size and changes nothing. It knows no
// process, no file, no clock and no key: tui/app does.
package stage

import (
	"fdlab/lab/world"
	"fdlab/tui/grid"
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

	Column int64 // ns that one column of the time panel stands for
	Gaps   []Gap // where time was held and nothing happened, in their order
	Scroll int   // rows that the table of fds is scrolled down

	Chapter string // what the run is at, in the place of its step: "check 2 of 6: ..."; or ""

	// Strangers: the program does not introduce its threads, so all of them
	// count. (A lesson does, and those that it does not are the harness's.)
	Strangers bool

	// Judgement draws the last panel in the place of the prediction and the
	// verdict; nil: those are drawn. It is for runs that somebody else judges.
	// In a pair it gets JudgementRows rows, if there is room.
	Judgement     func(grid.Region)
	JudgementRows int

	Predicted string            // the student's letter, or ""
	Options   map[string]string // the text of each letter
	Lost      uint64            // records that were lost
	Keys      []Key             // the instrument's keys; the experiment's come from the world
}

// Key is a key and what it does, for the last row.
type Key struct{ Key, Does string }

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
)

// statusWords stand at the right end of the title row.
var statusWords = [...]string{"BUILDING", "STARTING", "LIVE", "HELD", "PAST", "ENDED", "REPLAY", "GRADED"}

// Draw draws the view. Below 80x24 it draws what fits.
func Draw(r grid.Region, view *View) {
	v := &scene{View: view, Theme: inkOf(view.Theme)}
	head, rest := r.Top(2)
	drawHead(head, v)
	keys, rest := rest.Bottom(1)
	drawKeys(keys, v)

	rows := split(rest.W, rest.H, v)
	top, rest := rest.Top(rows.top)
	middle, bottom := rest.Top(rows.middle)

	fds, loops := top.Left(max(top.W*64/100, min(top.W, 52)))
	drawFDs(panel(fds, v, "file descriptors"), v)
	if len(v.World.Ends) > 0 {
		drawEnds(panel(loops, v, "two ends of a connection"), v)
	} else {
		drawLoops(panel(loops, v, "threads and loops"), v)
	}
	drawTime(panel(middle, v, "time"), v)
	share := 56
	if v.isRead() {
		share = 100 - share // the verdict is what matters now
	}
	feed, verdict := bottom.Left(bottom.W * share / 100)
	drawFeed(panel(feed, v, "what happened"), v)
	drawJudgement(verdict, v)
}

// isRead reports whether the verdict is what the student looks at: the run of a
// lesson is over.
func (v *scene) isRead() bool { return v.Status == Over && v.Judgement == nil }

// drawJudgement draws the last panel: what came of it all.
func drawJudgement(r grid.Region, v *scene) {
	if v.Judgement != nil {
		v.Judgement(panel(r, v, "checks"))
		return
	}
	drawVerdict(panel(r, v, "prediction and verdict"), v)
}

type heights struct{ top, middle, bottom int }

// split shares the rows among the panels: each gets its least, the table of
// fds what it needs up to a limit, the lanes likewise, the feed the rest.
func split(w, h int, v *scene) heights {
	open := 0
	for i := range v.World.FDs {
		if v.World.FDs[i].Closed == 0 {
			open++
		}
	}
	least := h * 3 / 10
	if len(v.World.Ends) > 0 {
		least = max(least, endHeight+3)
	}
	top := min(max(open+3, least, 7), max(h*4/10, 7))
	middle := min(max(lanesOf(v, w-2, nil)+4, 6), max(h*36/100, 6))
	if v.isRead() { // the rest is one step back in time
		enough := h / 4
		if len(v.World.Ends) > 0 && h > 3*endHeight {
			enough = max(enough, endHeight+2)
		}
		top, middle = min(top, enough), min(middle, h/4)
	}
	return heights{top, middle, h - top - middle}
}

// panel draws a frame and returns its inside.
func panel(r grid.Region, v *scene, title string) grid.Region {
	th := v.Theme
	return r.Box(th.Lines, th.Frame, th.Title, title)
}
