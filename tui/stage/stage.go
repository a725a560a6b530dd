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
	"fdlab/tui/keys"
	"fdlab/tui/player"
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
	Gaps   []player.Gap // where time was held and nothing happened, in their order
	Scroll int          // rows that the table of fds is scrolled down

	Band *Band // stands in the top rows at the reader's pace and at a moment; or nil

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

// Draw draws the view where LayoutOf says. Below 80x24 it draws what fits.
func Draw(r grid.Region, view *View, l Layout) {
	v := &scene{View: view, Theme: inkOf(view.Theme)}
	drawPanels(r, v, &l)
	drawKeys(l.Keys.In(r), v)
}

// drawPanels draws all but the row of the keys.
func drawPanels(r grid.Region, v *scene, l *Layout) {
	drawHead(l.Head.In(r), v)
	drawFDs(panel(l.FDs.In(r), v, "file descriptors"), v)
	if len(v.World.Ends) > 0 {
		drawEnds(panel(l.Loops.In(r), v, "two ends of a connection"), v)
	} else {
		drawLoops(panel(l.Loops.In(r), v, "threads and loops"), v)
	}
	drawTime(panel(l.Time.In(r), v, "time"), l.Plot.In(r), v)
	if l.Feed.H > 0 {
		drawFeed(panel(l.Feed.In(r), v, "what happened"), v)
	}
	drawJudgement(l.Judgement.In(r), v)
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

// panel draws a frame and returns its inside.
func panel(r grid.Region, v *scene, title string) grid.Region {
	th := v.Theme
	return r.Box(th.Lines, th.Frame, th.Title, title)
}
