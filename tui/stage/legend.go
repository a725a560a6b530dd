package stage

import (
	"fdlab/tui/grid"
	"fdlab/tui/page"
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
		{'?', k.Text, "unknown", "records were lost, so this may have begun or be over: the program was faster than it could be read, and never waits for a reader. " +
			"The number in the title counts them. What was left out of a recording on purpose, to make it smaller, is \"left out\""},
		{g.Into, k.Faint, "inside", "what is right of it was called from what is left of it"},
		{'1', k.Alarm.With(grid.Reverse), "a digit", "a warning; press the digit, and it is explained"},
		{Meaning: "In the time panel, a lane for each thread and each fd. Solid: it waits, and nobody knows. Striped: the program knows. " +
			"At the right, words say what a lane is in at " + string(g.Playhead) + ":"},
		{g.LaneWait, k.Waiting, "wait", "the thread waits in select, poll or epoll_wait for all fds at once"},
		{g.LaneBlocked, k.Blocked, "blocked", "the thread is blocked in one call on one fd"},
		{g.LaneRun, k.Text, "runs", "the thread runs, outside of callbacks"},
		{g.LaneSleep, k.Faint, "sleeps", "the thread sleeps in no call that is recorded: in a lock, a channel, a pause. With " + string(g.LaneIdle) + " in between: inside a callback"},
		{g.LaneCallback, k.Lane.Call, "callback", "a callback ran, even if only for a microsecond. One that begins or ends in a column fills half of it; neighbours have two greens"},
		{'5', k.Lane.Digit, "callbacks", "on a thread's lane: the number of callbacks that began in this column"},
		{'3', k.Lane.Digit, "how many", "on an fd's lane: bytes or clients that wait"},
		{g.LaneMany, k.Lane.Call, "many", "more than nine callbacks began in this column, or only their number is known"},
		{g.LaneMany, k.Lane.Spin, "spins", "the loop makes over 10,000 equal turns a second, and nothing is taken"},
		{g.Bars[3], k.Lane.Unseen, "queued", "bytes or clients wait, and nobody has been told; the height is how many, up to the most that ever waited here"},
		{g.Noticed, k.Noticed, "noticed", "the loop was told in this column"},
		{g.Full, k.Lane.InCallback, "known", "bytes or clients wait, and the program knows: it was told, its callback runs, or it left them there. " + string(g.Half) + ": up to half of the most"},
		{g.LaneTook, k.Callback, "read", "bytes were taken in this column"},
		{g.LaneWatched, k.Watched, "watched", "somebody waits for this fd, and nothing is there"},
		{g.LaneIdle, k.Faint, "idle", "nobody waits for this fd"},
		{th.Lines.Down, k.Lane.Left, "arrival", "something came for the fd at the lower end: what the threads and the other fds did just then. It is left out where it would fill more than every fourth column"},
		{g.LaneGate, k.Held, "held", "you held time; a long hold has one column, and its length stands above"},
		{g.Playhead, k.Title, "playhead", "the moment that is shown. The lens widens its column until the things that began in it are apart"},
		{g.Tick, k.Faint, "clock", "a moment of the run: minutes, seconds, and below a millisecond microseconds; in the row of the whole run a step"},
		{g.Moment, k.Ready, "moment", "in the row of the whole run: a moment on which the lesson turns"},
		{g.Below, k.Unseen, "late", "in the row of the whole run: something was ready and unseen, for a quarter of the column or for a millisecond; " +
			string(g.LaneCallback) + " callbacks ran; " + string(g.Both) + " both"},
		{Meaning: "On the event axis (the key t) a column is one phase: " + string(g.LaneWait) + " a wait, " + string(g.Noticed) + " the loop was told, " +
			string(g.LaneRight) + " a callback, " + string(g.LaneTook) + " a call, on an fd also an arrival. The row lasted says how long: " + string(g.Bars[0]) +
			" less than a microsecond, and a step more for each ten times as long. Many equal turns are one column, with their number"},
		{Meaning: "Of a program that is not of the lab (trace, attach):"},
		{g.LaneHandled, k.Inferred, "handling", "inferred, not measured: a thread deals with an fd, from its first call on it after a wait to the next one"},
		{g.LaneBriefly, k.Lane.Call, "briefly", "handling, for less than half of the column"},
		{g.Inferred, k.Faint, "function", "the function in which it does: of the calls in progress, the one that its loop has made. With ? behind it that is a guess: what lies on the stack looks so"},
		{g.LaneSaid, k.Callback, "said", "on a lane: a callback ran, as the program itself says by a call that tracing sees. In words its name stands in quotes: " +
			"\"callback\". All else about it is measured or inferred"},
		{g.AtLeast, k.Late, "at least", "a lower bound: the kernel is asked from time to time, not all the time"},
		{Meaning: "At the two ends of a connection: the state that is lit is the state now; it has gone through those that are not faint. " +
			"no fd: the program has closed this end, and only the kernel still knows it."},
		{Meaning: "In the verdict:"},
		{g.Yes, k.Strong, "yes", "a check that holds"},
		{g.No, k.Alarm, "no", "a check that does not hold"},
		{g.Open, k.Strong, "not judged", "a check that this run cannot answer, and why"},
	}
}

// DrawLegend draws the legend from row y on, and returns the row after it.
func DrawLegend(in grid.Region, th *theme.Theme, y int) int {
	for _, e := range Legend(th) {
		if e.Glyph == 0 {
			y = page.Wrap(in, y, th.Style(theme.Title), e.Meaning)
			continue
		}
		in.Set(1, y, e.Glyph, e.Style)
		in.Text(4, y, e.Style, e.Word)
		y = page.Wrap(in.Sub(18, 0, in.W-18, in.H), y, th.Style(theme.Text), e.Meaning)
	}
	return y
}
