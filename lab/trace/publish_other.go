//go:build unix && ((!amd64 && !arm64) || race)

package trace

import "sync/atomic"

// publish makes a slot whole: a reader that sees n in seq sees the rest of the slot.
func publish(seq *uint64, n uint64) { atomic.StoreUint64(seq, n) }
