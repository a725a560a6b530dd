package kernel

import (
	"os"
	"testing"

	"fdlab/lab/trace"
)

// TestWithoutFiles: while somebody counts which numbers are free, the looks at threads
// take none, and they go on afterwards.
func TestWithoutFiles(t *testing.T) {
	ring, err := trace.NewRing(1 << 12)
	if err != nil {
		t.Fatal(err)
	}
	l := &log{reader: ring.Reader()}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		watchThreads(ring.Recorder(), stop)
		close(stopped)
	}()
	defer func() { close(stop); <-stopped; ring.Close() }()
	looks := func() (n int) {
		for _, r := range l.read() {
			if r.A == 0 {
				n++
			}
		}
		return n
	}
	until(t, "it looks", func() bool { return looks() > 0 })
	asked := make(chan error)
	WithoutFiles(func() {
		go func() { _, err := ScheduleOf(uint32(os.Getpid())); asked <- err }()
		var first [2]uintptr
		for i := range 2000 { // a file that is open for a moment takes the lowest number
			r, w, err := os.Pipe()
			if err != nil {
				t.Error(err)
				return
			}
			got := [2]uintptr{r.Fd(), w.Fd()}
			r.Close()
			w.Close()
			if i == 0 {
				first = got
			}
			if got != first {
				t.Errorf("the pipe got %v, and before that %v: another file was opened in between", got, first)
				return
			}
		}
	})
	if err := <-asked; err != nil {
		t.Error(err)
	}
	before := looks()
	until(t, "it goes on", func() bool { return looks() > before })
}
