package kernel

import "time"

// Schedule is how it stands between a thread and the processors.
type Schedule struct {
	Ran     time.Duration // for which it has run so far
	Delayed time.Duration // for which it could have run so far, and got no processor, without a wait that goes on
	Ready   bool          // it runs, or could
}
