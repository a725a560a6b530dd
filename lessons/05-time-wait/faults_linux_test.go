package main

import (
	"testing"

	"fdlab/lab/experiment/lessontest"
)

func TestNoFaultGivesAWrongVerdict(t *testing.T) { lessontest.Faults(t) }

func TestWhatIsLackingLeavesItUndecided(t *testing.T) {
	lessontest.Undecided(t, "no loopback")
}
