package main

import (
	"os"
	"testing"

	"fdlab/lab/slow"
)

func TestMain(m *testing.M) { os.Exit(slow.Run(m)) }
