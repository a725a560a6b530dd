package main

import (
	"os"
	"testing"

	"fdlab/lab/skip"
)

func TestMain(m *testing.M) { os.Exit(skip.Slow(m)) }
