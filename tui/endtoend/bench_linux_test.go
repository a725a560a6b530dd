package endtoend

import (
	"testing"
	"time"
)

// BenchmarkFirstFrame is what a student waits for after Enter: from the start
// of the built instrument until its first complete frame is on the screen, in
// a terminal that never answers a question.
func BenchmarkFirstFrame(b *testing.B) {
	dir := clone(b)
	course := shows("a lab bench for file descriptors", "choose", "open")
	for b.Loop() {
		x := start(b, options{clone: dir, silent: true})
		// Not see: it looks only every 2 ms.
		for !course(x.latest()) {
			time.Sleep(100 * time.Microsecond)
		}
		b.StopTimer()
		x.press("q")
		x.finish()
		b.StartTimer()
	}
}

// latest returns the newest complete frame.
func (x *terminal) latest() screen {
	x.mu.Lock()
	defer x.mu.Unlock()
	select {
	case <-x.exited:
		x.t.Fatalf("the instrument ended (%v):\n%s", x.cmd.ProcessState, x.raw.Bytes())
	default:
	}
	if len(x.frames) == 0 {
		return nil
	}
	return x.frames[len(x.frames)-1].text
}
