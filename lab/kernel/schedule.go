package kernel

import (
	"sync"
	"time"
)

// Schedule is how it stands between a thread and the processors.
type Schedule struct {
	Ran     time.Duration // for which it has run so far
	Delayed time.Duration // for which it could have run so far, and got no processor, without a wait that goes on
	Ready   bool          // it runs, or could
}

// files is held while this package has files of its own open, for some µs.
var files sync.Mutex

// WithoutFiles calls do, and meanwhile no look at threads opens a file: which numbers are
// free is up to the caller.
func WithoutFiles(do func()) {
	files.Lock()
	defer files.Unlock()
	do()
}
