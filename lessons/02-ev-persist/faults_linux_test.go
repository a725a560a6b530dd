package main

import (
	"testing"

	"fdlab/lab/experiment/lessontest"
)

func TestNoFaultGivesAWrongVerdict(t *testing.T) { lessontest.Faults(t) }
