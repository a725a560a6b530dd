package main

import (
	"os"
	"testing"

	"fdlab/lab/skip"
)

// asItself lets a test start the command as a process: the test's own program is it.
const asItself = "FDLAB_EXERCISES_ITSELF"

func TestMain(m *testing.M) {
	if os.Getenv(asItself) != "" {
		main()
	}
	os.Exit(skip.Slow(m))
}
