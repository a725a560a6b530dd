package course

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestScaffoldRefuses(t *testing.T) {
	root := t.TempDir()
	for name, content := range map[string]string{
		"exercises/07-taken/README.md": "# 07 taken\n",
		"solutions/08-half/main.go":    "package main\n",
	} {
		at := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for slug, says := range map[string]string{
		"linger":    "no name for an exercise",
		"../../x":   "no name for an exercise",
		"07-linger": "number 07 is taken by 07-taken",
		"08-half":   "solutions/08-half/main.go exists already",
	} {
		made, err := Scaffold(root, slug)
		if err == nil || !strings.Contains(err.Error(), says) || len(made) > 0 {
			t.Errorf("%s: made %v, %v", slug, made, err)
		}
	}
	if _, err := os.Stat(filepath.Join(root, "exercises/08-half")); err == nil {
		t.Error("it made something before it refused")
	}
}

func TestScaffoldHasGoIgnoreTheFolder(t *testing.T) {
	root := t.TempDir()
	mod := filepath.Join(root, "go.mod")
	const head, tail = "module fdlab\n\nignore (\n", ")\n\nrequire (\n)\n"
	if err := os.WriteFile(mod, []byte(head+"\t./exercises/02-b\n"+tail), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, slug := range []string{"03-c", "01-a"} {
		if _, err := Scaffold(root, slug); err != nil {
			t.Fatal(err)
		}
	}
	got, _ := os.ReadFile(mod)
	if want := head + "\t./exercises/01-a\n\t./exercises/02-b\n\t./exercises/03-c\n" + tail; string(got) != want {
		t.Errorf("go.mod is\n%s", got)
	}

	os.WriteFile(mod, []byte("module fdlab\n"), 0o644)
	if _, err := Scaffold(root, "04-d"); err == nil || !strings.Contains(err.Error(), `add the line "ignore ./exercises/04-d"`) {
		t.Errorf("without the block: %v", err)
	}
}
