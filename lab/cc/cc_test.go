package cc

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"fdlab/lab/skip"
)

// TestWhyAProgramIsNotBuilt: a mistake in the program is not taken for a library that is
// not installed, and a warning is no error.
func TestWhyAProgramIsNotBuilt(t *testing.T) {
	const head = "#include <event2/event.h>\n"
	if err := exec.Command("sh", "-c", "echo '"+strings.TrimSpace(head)+"' | cc -E - >/dev/null").Run(); err != nil {
		skip.Missing(t, "libevent is not installed with its headers")
	}
	for text, want := range map[string]string{
		head + "int main(void) { return 0; }":                                                   "",
		head + "static int f(void) { return 0; }\nint main(void) { event_new(0, 0, 0, f, 0); }": "", // a warning that names a header
		head + "int main(void) { event_new(0); }":                                               "cc: ",
		"#include <event2/nothing.h>\nint main(void) { return 0; }":                             "libevent is not installed",
	} {
		dir := t.TempDir()
		source := filepath.Join(dir, "a.c")
		if err := os.WriteFile(source, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		err := Build(context.Background(), dir, source, filepath.Join(dir, "a"), "-Wall")
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n%v; want %q", text, err, want)
		}
	}
}
