//go:build arm64 && !race

package trace

// publish makes a slot whole: a reader that sees n in seq sees the rest of the slot. It
// is a store-release. sync/atomic has only the stronger store that also waits
// until everybody has seen it, which doubles the price of a record.
//
//go:noescape
func publish(seq *uint64, n uint64)
