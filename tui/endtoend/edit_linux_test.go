package endtoend

import (
	"os"
	"path/filepath"
	"testing"
)

// TestTheStudentsEditor opens at the step that is shown, has the terminal for itself,
// and what it has changed is said and run.
func TestTheStudentsEditor(t *testing.T) {
	t.Parallel()
	dir := clone(t)
	editor := filepath.Join(t.TempDir(), "editor")
	script := `#!/bin/sh
printf '\033[2J\033[H%s %s\033[40;1H' "the editor has $1" "$(basename "$2")" # a frame
read line
sed -i 's/"read in turn", "wait/"'"$line"'", "wait/' "$2"
`
	if err := os.WriteFile(editor, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	x := onStage(t, options{clone: dir, env: []string{"VISUAL=" + editor}})
	x.see("the first step", oneRow("step 1 of 3", "read in turn"))
	x.press("E")
	x.see("the editor", oneRow("the editor has +", "main.go"))
	x.press("one after the other\r")
	x.see("what has changed", shows("main.go has changed at line", "r builds and runs it"))
	x.press("r")
	x.see("the changed program", oneRow("step 1 of 3", "one after the other"))
	x.leave()
}
