//go:build linux

package clock

import (
	"os"
	"strings"
)

// Now returns the ns since the program began. It costs 9 ns where the
// processor's counter is good, else 25; no system call. Any thread may ask.
func Now() int64

// now is the slow half of Now.
//
//lint:ignore U1000 the assembly calls it
func now() int64 { return process.now() }

// ticks reads the time-stamp counter (RDTSC).
func ticks() uint64

// counterIsGood reports whether the counters of all cores agree and tick at one
// rate. The kernel has tested that, and says so by using it as its own clock.
func counterIsGood() bool {
	text, err := os.ReadFile("/sys/devices/system/clocksource/clocksource0/current_clocksource")
	return err == nil && strings.TrimSpace(string(text)) == "tsc"
}
