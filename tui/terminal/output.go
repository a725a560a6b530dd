package terminal

import (
	"os"
	"sync/atomic"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// output is the terminal as Bubble Tea writes to it. That paints only what has changed,
// and does not notice that a write has failed: what was lost would never be seen.
type output struct {
	*os.File
	failed func()
}

func (o output) Write(p []byte) (n int, err error) {
	if n, err = o.File.Write(p); err != nil {
		o.failed()
	}
	return n, err
}

// WriteString is needed, too, or the file's own would be found.
func (o output) WriteString(s string) (n int, err error) { return o.Write([]byte(s)) }

// repaintIn is how soon all is painted anew. What paints may fail as well: then again.
const repaintIn = 100 * time.Millisecond

// repainter returns what has all painted anew, and soon; but once for all that fails
// until then.
func (x *held) repainter() func() {
	var soon atomic.Bool
	return func() {
		x.lost.Store(true)
		if soon.Swap(true) {
			return
		}
		time.AfterFunc(repaintIn, func() {
			defer x.recovered()
			soon.Store(false)
			if !x.over.Load() {
				x.send(tea.ClearScreen())
			}
		})
	}
}
