//go:build !race

package trace

// publish makes a slot whole: a reader that sees n in seq sees the rest of the slot. It
// is a store-release. On amd64 every store is one, and the compiler lets no store
// overtake another. sync/atomic has only the stronger store that also waits
// until everybody has seen it, which doubles the price of a record.
func publish(seq *uint64, n uint64) { *seq = n }
