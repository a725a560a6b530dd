package endtoend

import (
	"fmt"
	"testing"

	"fdlab/lab/course"
)

// moments are what must be seen on the stage, without reading the text, at
// some time of each lesson's run, on a screen of any size: live, or at one of the
// run's moments afterwards, where the question takes the headline's place.
var moments = map[string]struct{ live, later func(screen) bool }{
	"01-select-vs-blocking-io": {
		stuck,
		all(oneRow(" a ", "blocked"), oneRow(" b ", "bytes", "unseen")),
	},
	"02-ev-persist": {
		either(oneRow("The loop spins", "have taken nothing"), shows("turns that call only fifo")),
		oneRow("fifo", "7 bytes", "callback"),
	},
	"03-one-base-per-thread": {live: all(oneRow("listen", "clients", "callback"), oneRow("outer"))},
	"04-deferred-notify": {
		all(oneRow("bell (r)", "bytes", "callback"), oneRow("ready for", "still inside a callback")),
		all(oneRow("bell (r)", "unseen"), oneRow("clients", "callback")),
	},
	"05-time-wait":                {live: either(all(oneRow("TIME_WAIT"), oneRow("no fd")), oneRow("gone", "TIME_WAIT"))},
	"06-adding-to-a-running-base": {live: either(oneRow("told; called: client 3"), oneRow("● called client 3"))},
	"07-one-thread-many-clients":  {live: all(oneRow("listen", "client", "callback"), shows("long callback"))},
}

func either(a, b func(screen) bool) func(screen) bool {
	return func(s screen) bool { return a(s) || b(s) }
}

// revisit goes from moment to moment of a run that is over until one shows what
// is looked for. On a busy machine what lasts some milliseconds may have begun
// and ended between two frames: then it is found here, or it was not there.
func (x *terminal) revisit(l *course.Lesson, want func(screen) bool) {
	x.t.Helper()
	for i, m := range l.Moments {
		x.press("\t")
		if s := x.see(fmt.Sprintf("moment %d", i+1), all(oneRow("MOMENT"), says(m.Question))); want(s) {
			return
		}
	}
	x.t.Fatalf("neither the run nor one of its moments showed it; the last one shows\n%v", x.now())
}

// TestEachLessonShowsItsMomentAndItsVerdict runs every lesson on the stage, as
// a student does: one on the smallest screen, the next on one of the size that the
// screens are made for. Its verdict is looked at on both.
func TestEachLessonShowsItsMomentAndItsVerdict(t *testing.T) {
	for i, l := range course.Read(root).Lessons {
		t.Run(l.Slug, func(t *testing.T) {
			moment, known := moments[l.Slug]
			if !known {
				t.Fatalf("what is to be seen in %s? Say it in the table above", l.Slug)
			}
			if moment.later == nil {
				moment.later = moment.live
			}
			t.Parallel()
			here, there := [2]int{80, 24}, [2]int{120, 40}
			if i%2 == 1 {
				here, there = there, here
			}
			x := atHome(t, options{clone: clone(t), w: here[0], h: here[1]})
			for range i {
				x.press("j")
			}
			x.press(enter)
			x.see("the lesson", shows(l.Title, "Claim"))
			x.press("r")
			title := l.Title[:min(len(l.Title), 15)] // a long one is cut where records were lost
			verdict := all(oneRow("ENDED", title), shows("the claim", l.Verdict+"  "),
				either(shows("what decides", "held"), shows("more below")))
			var seen bool
			x.see("its verdict", func(s screen) bool {
				seen = seen || moment.live(s)
				return verdict(s)
			})
			if !seen {
				x.revisit(l, moment.later)
				x.press(end)
				x.see("its verdict", verdict)
			}
			x.resize(there[0], there[1])
			x.see("its verdict on the other screen", verdict)
			x.leave()
		})
	}
}
