package main

import (
	"testing"

	"fdlab/lab/experiment/lessontest"
)

func TestNoFaultGivesAWrongVerdict(t *testing.T) { lessontest.Faults(t) }

func TestWhatIsLackingLeavesItUndecided(t *testing.T) {
	lessontest.Undecided(t, "no loopback")
}

// TestWithoutTimestamps: the kernel then cannot tell the new connection's
// segments from the old one's, and refuses the four-tuple. That is a result.
func TestWithoutTimestamps(t *testing.T) {
	out, status := lessontest.Finish(t, lessontest.Elsewhere(t,
		"ip link set lo up && echo 0 > /proc/sys/net/ipv4/tcp_timestamps"))
	lessontest.Expect(t, out, status, 0, "passed: connect again from the same port, TCP timestamps off: EADDRNOTAVAIL", "verdict: ")
}
