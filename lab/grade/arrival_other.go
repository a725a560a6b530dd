//go:build !linux

package grade

// unacknowledged cannot be asked here in one way for all: loopback is fast.
func unacknowledged(int) int { return 0 }
