package endtoend

import (
	"strings"
	"testing"

	"fdlab/lab/course"
)

// TestALessonIsWalkedWithSpaceAlone: the first run of lesson 02, at the reader's
// pace. Each moment asks its question and waits, the answer comes with space, and
// the run is judged as any other.
func TestALessonIsWalkedWithSpaceAlone(t *testing.T) {
	t.Parallel()
	dir := freshClone(t)
	x := atHome(t, options{clone: dir, w: 80, h: 24})
	l := course.ReadLesson(root, "lessons/02-ev-persist")
	x.press("2")
	x.see("the lesson", shows("Claim", "EV_PERSIST"))
	x.press("r")
	for i, m := range l.Moments {
		s := x.see("the question "+m.Question, all(oneRow("MOMENT"), oneRow(m.Question)))
		if strings.Contains(s.words(), m.Answer) {
			t.Errorf("moment %d: the answer is shown with the question\n%v", i+1, s)
		}
		if i == 0 { // here what matters is one fd
			x.see("the fd that matters", oneRow("▌", "fifo", "7 bytes"))
		}
		x.press(space)
		x.see("the answer "+m.Answer, says(m.Answer))
		x.press(space)
	}
	x.see("the verdict", shows("ENDED", "half true", "the claim"))

	// Afterwards the moments can be visited, and the program was not held.
	x.press("\t")
	x.see("the first moment", all(oneRow("MOMENT"), oneRow(l.Moments[0].Question)))
	x.press("\x1b[Z")
	x.press("\t")
	x.see("the second moment", oneRow(l.Moments[1].Question))
	x.press("O")
	x.see("the outline", all(shows("steps and moments"), oneRow("step 5", "opened read-only"), shows(l.Moments[4].Question)))
	x.press("j")
	x.press(enter)
	x.see("the third moment", all(oneRow("MOMENT"), oneRow(l.Moments[2].Question), not(shows("steps and moments"))))
	x.press(end)
	x.see("the end", shows("ENDED"))
	x.leave()
}

// TestTheReadersPaceIsRemembered: R switches it off, and the next run is live.
func TestTheReadersPaceIsRemembered(t *testing.T) {
	t.Parallel()
	dir := freshClone(t)
	x := atHome(t, options{clone: dir})
	x.press("2")
	x.see("the lesson", shows("Predict", "Recall"))
	x.press("r")
	x.see("how far behind it is", all(oneRow("GUIDED"), shows("behind the program")))
	x.press("R")
	x.see("the live edge", oneRow("LIVE"))
	x.await("the choice in the progress", func() bool {
		on := course.ProgressOf(dir).Guided()
		return on != nil && !*on
	})
	for try := 1; ; try++ { // on a busy machine the key may come too late
		x.press("r")
		x.see("the next run, live", oneRow("LIVE", "step 1 of 5"))
		x.press(space) // so that the run is not over before the next key
		if x.see("time held, or the end", either(oneRow("HELD"), oneRow("ENDED"))).row("HELD") != "" {
			break
		}
		if try == 5 {
			t.Fatal("five times the run was over before it was held")
		}
	}
	x.press("R")
	x.await("the other choice in the progress", func() bool {
		on := course.ProgressOf(dir).Guided()
		return on != nil && *on
	})
	x.see("the reader's pace", oneRow("GUIDED"))
	x.leave()
}
