package stage

import (
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// Entry explains one glyph of the stage. An entry without a glyph is a
// heading.
type Entry struct {
	Glyph   rune
	Style   grid.Style
	Word    string
	Meaning string
}

// Legend explains every glyph of the stage.
func Legend(th *theme.Theme) []Entry {
	k := inkOf(th)
	g := k.Glyphs
	return []Entry{
		{Meaning: "Three different things, at three different times:"},
		{g.LaneWatched, k.Watched, "watched", "the program's wish: an event is pending, or a thread is blocked on the fd"},
		{g.Ready, k.Ready, "ready", "the kernel's fact: a read would find bytes, a client or an end of file"},
		{g.Noticed, k.Noticed, "noticed", "what the loop has noticed: its wait returned this fd; the callback comes next"},
		{Meaning: "In the tables:"},
		{g.Unseen, k.Late, "unseen", "ready in the kernel, and nobody has looked yet"},
		{g.Blocked, k.Blocked, "blocked", "a thread sleeps inside a call on this fd; each mark is a tenth of a second"},
		{g.Callback, k.Callback, "callback", "the program's function for this fd runs, or has just run"},
		{g.Took, k.Callback, "read", "the program took bytes"},
		{g.Wait, k.Waiting, "waiting", "watched, and nothing is there yet"},
		{g.Idle, k.Faint, "empty", "the kernel has nothing to read"},
		{g.Gate, k.Held, "held", "the thread stands still because you hold time"},
		{g.Grow, k.Late, "grows", "how long it has lasted; in a countdown: how long it will"},
		{g.Band, k.Key, "matters", "the moment turns on this, and the rest is quiet; or it has to do with what is selected"},
		{'?', k.Text, "unknown", "records were lost since this began, so it may be over: the program was faster than it could be read, and never waits for a reader. " +
			"The number in the title counts them"},
		{g.Into, k.Faint, "inside", "what stands right of it was called from what stands left of it"},
		{'1', k.Alarm.With(grid.Reverse), "a digit", "something that deserves a word; press the digit, and it is explained"},
		{Meaning: "In the time panel, a lane for each thread and each fd:"},
		{g.LaneWait, k.Waiting, "wait", "the thread waits in select, poll or epoll_wait for all fds at once"},
		{g.LaneBlocked, k.Blocked, "blocked", "the thread is blocked in one call on one fd"},
		{g.LaneRun, k.Text, "runs", "the thread runs"},
		{g.LaneSleep, k.Faint, "sleeps", "the thread sleeps in no call that is recorded: in a lock, a channel, a pause"},
		{g.LaneCallback, k.Callback, "callback", "a callback ran in this column, even if only for a microsecond"},
		{g.LaneTook, k.Callback, "read", "bytes were taken in this column"},
		{g.Noticed, k.Noticed, "noticed", "the loop was told, and the callback has not taken it yet"},
		{g.Bars[3], k.Unseen, "queued", "bytes or clients wait unseen in the kernel; the height is how many"},
		{g.LaneWatched, k.Watched, "watched", "somebody waits for this fd, and nothing is there"},
		{g.LaneIdle, k.Faint, "idle", "nobody waits for this fd"},
		{g.LaneGate, k.Held, "held", "you held time; a long hold has one column, and its length stands below"},
		{g.Tick, k.Faint, "clock", "a moment of the run, minutes and seconds after its start"},
		{Meaning: "At the two ends of a connection: the state that is lit is the state now; it has gone through those that are not faint. " +
			"no fd: the program has closed this end, and only the kernel still knows it."},
		{Meaning: "In the verdict:"},
		{g.Yes, k.Strong, "yes", "a check that holds"},
		{g.No, k.Alarm, "no", "a check that does not hold"},
		{g.Open, k.Strong, "not judged", "a check that this run cannot answer, and why"},
	}
}
