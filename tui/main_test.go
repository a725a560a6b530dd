package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fdlab/tui/command"
	"fdlab/tui/export"
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

// TestTheFormsOfExportAreExplained: the help of the command line names all of them.
func TestTheFormsOfExportAreExplained(t *testing.T) {
	var all []string
	for _, f := range export.Forms {
		all = append(all, f.Ending)
	}
	if want := strings.Join(all, " "); !strings.Contains(command.Usage(), want+"\n") {
		t.Errorf("the help does not name exactly %s:\n%s", want, command.Usage())
	}
}

// TestExportSaysWhatItCannotDo, before it reads or writes anything.
func TestExportSaysWhatItCannotDo(t *testing.T) {
	dir := t.TempDir()
	for out, want := range map[string]string{"run.gif": "no form of a run", "run.txt": "cannot be opened"} {
		err := run([]string{"-C", "..", "export", filepath.Join(dir, "none.jsonl"), "-o", filepath.Join(dir, out)})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", out, err)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("it left %v", left)
	}
}
