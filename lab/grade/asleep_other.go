//go:build !linux

package grade

// asleep cannot be asked here: the caller's patience has to do.
func asleep(int, uint32) bool { return true }

func allAsleep(int) bool { return true }

// children cannot be asked here: the imports alone tell.
func children(int) []int { return nil }
