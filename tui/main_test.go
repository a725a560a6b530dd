package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestARecordingThatCannotBeOpenedIsNamed: before the terminal is taken.
func TestARecordingThatCannotBeOpenedIsNamed(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.jsonl")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{empty, filepath.Join(t.TempDir(), "none.jsonl")} {
		err := run([]string{"-C", "..", "open", name})
		if err == nil || !strings.Contains(err.Error(), "cannot be opened") {
			t.Errorf("%q: %v", name, err)
		}
	}
}
