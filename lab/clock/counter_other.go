//go:build !amd64 || !linux

package clock

// There is no counter here that is known to be good: the clock is the system's.

func ticks() uint64 { return 0 }

func counterIsGood() bool { return false }
