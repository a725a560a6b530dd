package endtoend

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fdlab/lab/course"
)

const slug = "01-select-vs-blocking-io"

// atHome and onStage are where most walks begin.
func atHome(t *testing.T, o options) *terminal {
	t.Helper()
	x := start(t, o)
	x.see("the course", shows("a lab bench for file descriptors", "select vs blocking I/O"))
	return x
}

func onStage(t *testing.T, o options) *terminal {
	t.Helper()
	x := atHome(t, o)
	x.press(enter)
	x.see("the lesson", shows("Predict", "Recall"))
	x.press("r")
	return x
}

// leave quits from the stage by keys, and looks after what is left.
func (x *terminal) leave() {
	x.t.Helper()
	x.press("q")
	x.see("the lesson", shows("r run", "q course"))
	x.press("q")
	x.see("the course", shows("a lab bench for file descriptors"))
	x.press("q")
	if status := x.finish(); status != 0 {
		x.t.Errorf("exit status %d, want 0", status)
	}
}

// stuck is the picture of lesson 01: the thread is blocked in read on a, and
// b stands ready in the kernel, where nobody looks.
var stuck = all(
	oneRow("step 1 of 3", "LIVE"),
	source("a", "blocked"),
	source("b", "bytes", "unseen"),
	oneRow("Blocked", "in read", "ready", "Nobody looks"),
)

func TestFromHomeToVerdict(t *testing.T) {
	t.Parallel()
	dir := clone(t)
	x := atHome(t, options{clone: dir})
	x.press(enter)
	x.see("the claim", shows("libevent only wraps select"))
	x.press(right)
	x.see("the question", shows("made for speed", "all five get it"))
	x.press("d")
	x.see("the choice", oneRow("Predict d"))
	x.press(right)
	x.see("the page to run from", shows("run the experiment"))
	x.press(enter)

	waited := func(s screen) (blocked, unseen time.Duration) {
		return durationAfter(t, s.source("a", "blocked"), "blocked"), durationAfter(t, s.source("b", "unseen"), "unseen")
	}
	blocked, unseen := waited(x.see("the thread blocked on a, and b ready unseen", stuck))
	x.see("both times grown by 100 ms", func(s screen) bool {
		if !stuck(s) {
			return false
		}
		b, u := waited(s)
		return b >= blocked+100*time.Millisecond && u >= unseen+100*time.Millisecond
	})
	x.see("the loop of step 2", all(oneRow("step 2 of 3"), shows("select", "callback")))
	x.see("the verdict", shows("ENDED", "you said", "d, as you said", "half true", "what decides"))
	if children := x.children(); len(children) > 0 {
		t.Errorf("the experiment is over, and processes of it are left: %v", children)
	}
	x.press("1")
	x.see("the explanation", shows("The kernel's part"))
	x.press("q")
	x.see("the result at home", oneRow("predicted d", "half true"))

	var result course.Result
	x.await("the progress file", func() bool {
		results, err := course.ProgressOf(dir).Load()
		result = results[slug]
		return err == nil && result.Runs == 1
	})
	if result.Prediction != "d" || result.Answer != "d" || result.Verdict != "half true" {
		t.Errorf("the progress file says %+v", result)
	}
	x.press("q")
	if status := x.finish(); status != 0 {
		t.Errorf("exit status %d, want 0", status)
	}
	if s := x.now(); strings.TrimSpace(s.words()) != "" {
		t.Errorf("something is left on the screen:\n%v", s)
	}
	if bytes.Contains(x.written(), []byte("\x1b]11;?")) {
		t.Error("the instrument asked the terminal for its background")
	}

	// What was kept is there the next time.
	again := atHome(t, options{clone: dir})
	again.see("the result of the last time", oneRow("predicted d", "half true"))
	again.press("q")
	if status := again.finish(); status != 0 {
		t.Errorf("exit status %d, want 0", status)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".fdlab", "*.new")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	if _, err := os.Stat(filepath.Join(root, lesson, ".fdlab")); err == nil {
		t.Error("progress went into the lesson's folder")
	}
}

// TestHold holds time in step 2, makes b ready by hand, and lets the loop go
// phase by phase.
func TestHold(t *testing.T) {
	t.Parallel()
	x := onStage(t, options{})
	var held screen
	for try := 1; ; try++ { // on a busy machine the key may come too late
		x.see("the loop in select", all(oneRow("step 2 of 3"), shows("waits")))
		x.press(space)
		held = x.see("time held, or the end", either(oneRow("HELD"), oneRow("ENDED")))
		if held.row("HELD", "step 2 of 3") != "" {
			break
		}
		if try == 5 {
			t.Fatalf("five times time was not held in step 2; now\n%v", held)
		}
		x.press("r")
	}
	x.press("b")
	// If the hold came while the loop did something else than wait, it stands
	// before its next wait now.
	if s := x.see("the loop at the gate", shows("held before")); s.row("held before wait") != "" {
		x.press(".")
	}
	told := all(shows("HELD", "held before callback"), source("b", "noticed"), source("b", "bytes"))
	x.see("b told, the callback held", told)
	x.press(".")
	x.see("the callback passed", all(shows("HELD", "held before wait"), not(source("b", "noticed"))))
	x.press("b")
	x.see("b ready before the loop has looked",
		all(shows("HELD", "held before wait", "no loop has looked"), source("b", "bytes", "unseen")))
	x.press(".")
	x.see("b told, the callback held again", told)
	if s := x.see("step 2, still", told); s.row("step 2 of 3") == "" {
		t.Errorf("the script went on while time was held; held at\n%v\nnow\n%v", held, s)
	}
	x.press(space)
	x.see("time going on", oneRow("LIVE"))
	x.see("the end", shows("ENDED", "the claim", "left open"))
	x.see("timing checks without a judgement", shows("not judged", "(held)"))
	x.leave()
}

// TestPlayhead looks at earlier moments, while the experiment runs and after.
func TestPlayhead(t *testing.T) {
	t.Parallel()
	x := onStage(t, options{})
	x.see("the loop of step 2", oneRow("step 2 of 3", "LIVE"))
	x.press(left)
	past := x.see("an earlier moment", oneRow("PAST"))
	x.press("H") // twenty columns at once
	x.see("a much earlier moment", func(s screen) bool {
		return s.row("PAST") != "" && clock(t, s) < clock(t, past)
	})
	x.press(end)
	x.see("the live edge, held", oneRow("HELD"))
	x.press(left)
	x.see("an earlier moment", oneRow("PAST"))
	x.press(space)
	x.see("time going on", oneRow("LIVE"))

	ended := x.see("the end", all(oneRow("ENDED"), shows("what decides")))
	x.press("g")
	first := x.see("the first moment", oneRow("PAST"))
	if clock(t, first) >= clock(t, past) {
		t.Errorf("the first moment is not before the one that was shown\n%v", first)
	}
	x.press("L")
	x.see("the thread on its way to be blocked", all(oneRow("PAST", "step 1 of 3"), source("a", "blocked")))
	x.press(end)
	back := x.see("the end again", all(oneRow("ENDED"), shows("what decides")))
	if clock(t, back) != clock(t, ended) {
		t.Errorf("the end was at %v, now it is at %v", clock(t, ended), clock(t, back))
	}
	x.leave()
}

// clock reads the time at the right end of the stage's first row: 00:02.771.
func clock(t *testing.T, s screen) time.Duration {
	t.Helper()
	fields := strings.Fields(s[0])
	d, err := time.ParseDuration(strings.Replace(fields[len(fields)-1], ":", "m", 1) + "s")
	if err != nil {
		t.Fatalf("no clock in the first row %q", s[0])
	}
	return d
}
