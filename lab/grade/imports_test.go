package grade

import (
	"os"
	"path/filepath"
	"testing"

	"fdlab/lab/launch"
)

// TestOnlyWhatIsBuiltIsJudged: an old version that the student has put aside is no part
// of the program.
func TestOnlyWhatIsBuiltIsJudged(t *testing.T) {
	const execs = "package main\n\nimport \"os/exec\"\n\nvar _ = exec.Command\n"
	for name, judged := range map[string]bool{"more.go": true, "_old.go": false, ".main.go": false, "main_test.go": false} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(execs), 0o600); err != nil {
			t.Fatal(err)
		}
		if s := readSource(launch.Program{Root: dir, Package: "."}); (s.startsOthers != "") != judged {
			t.Errorf("%s: it is judged: %t, want %t", name, !judged, judged)
		}
	}
}
