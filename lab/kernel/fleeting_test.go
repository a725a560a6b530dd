package kernel

import (
	"testing"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
)

// TestWhatRoseAndFellAtOnceIsSaidToBeOver writes and reads at once, so that
// the watcher often looks too late to see the bytes. The loop may have been
// told of them all the same: whoever reads the trace must learn that it is
// over, each time.
func TestWhatRoseAndFellAtOnceIsSaidToBeOver(t *testing.T) {
	linuxOnly(t)
	l := watching(t)
	r, w := pipe(t)
	l.Watch(r, w)
	buf := make([]byte, 8)
	for range 50 {
		began := l.rec.Now()
		write(t, w, "x")
		unix.Read(r, buf)
		until(t, "word that the pipe is empty", func() bool {
			records := l.read()
			for i := len(records) - 1; i >= 0; i-- {
				if rec := &records[i]; rec.Kind == trace.Kernel && rec.FD == int32(r) {
					return rec.Time >= began && rec.A&trace.Readable == 0
				}
			}
			return false
		})
	}
}
