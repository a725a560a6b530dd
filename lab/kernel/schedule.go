package kernel

import (
	"sync"
	"time"
)

// Schedule says for how long a thread has run and has waited for a processor.
type Schedule struct {
	Ran     time.Duration // how long it has run so far
	Delayed time.Duration // how long it could have run so far, and got no processor; a wait that goes on is not in it
	Ready   bool          // it runs, or waits for a processor
}

// files is held while this package has files of its own open, for some µs.
var files sync.Mutex

// WithoutFiles calls do. Meanwhile this package opens no file to look at threads, so
// that the caller alone decides which fd numbers are free.
func WithoutFiles(do func()) {
	files.Lock()
	defer files.Unlock()
	do()
}
