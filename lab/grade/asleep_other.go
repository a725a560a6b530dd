//go:build !linux

package grade

import "time"

// longCallbackSleep is longer where nobody can say who sleeps and who computes.
const longCallbackSleep = 2 * time.Second

// asleep cannot be asked here: the caller's patience has to do.
func asleep(int, uint32) bool { return true }

func allAsleep(int) bool { return true }

func allAsleepBut(int, map[uint32]bool) bool { return true }

// busy cannot be asked here.
func busy(int) map[string]time.Duration { return nil }

// lacked cannot be asked here.
func lacked(int) time.Duration { return 0 }

// wakings cannot be asked here.
func wakings(int, uint32) int { return 0 }

// selects cannot be asked here.
func selects(int, uint32) bool { return false }

// children cannot be asked here: the imports alone tell.
func children(int) []int { return nil }

// processor cannot be asked here in one way for all.
func processor(int) time.Duration { return 0 }

// traced cannot be asked here.
func traced(int) bool { return false }

// isGone cannot be asked here.
func isGone(int, uint32) bool { return false }
