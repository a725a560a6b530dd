package app

import (
	"slices"
	"strings"
	"testing"
)

func TestWhatAnEditorHasChanged(t *testing.T) {
	for _, c := range []struct{ before, after, want string }{
		{"a\nb\nc\n", "a\nb\nc\n", "is as it was"},
		{"a\nb\nc\n", "a\nX\nc\n", "at line 2."},
		{"a\nb\nc\n", "a\nX\nY\nc\n", "at lines 2 to 3."},
		{"a\nb\nc\n", "a\nc\n", "at line 2."},
		{"a\na\n", "a\na\na\n", "at line 3."},
		{"", "a\n", "at line 1."},
	} {
		if got := changed("main.go", []byte(c.before), []byte(c.after)); !strings.Contains(got, c.want) {
			t.Errorf("%q -> %q: %q, want %q", c.before, c.after, got, c.want)
		}
	}
}

func TestWhereAnEditorIsPlaced(t *testing.T) {
	for editor, want := range map[string][]string{
		"vi":                {"+7", "f.go"},
		"/usr/bin/nano -l":  {"+7", "f.go"},
		"code --new-window": {"--wait", "--goto", "f.go:7"},
		"hx":                {"f.go:7"},
	} {
		if got := placed(editor, "f.go", 7); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", editor, got, want)
		}
	}
}

// TestWithoutAnEditorThePlaceIsSaid.
func TestWithoutAnEditorThePlaceIsSaid(t *testing.T) {
	t.Setenv("VISUAL", "")
	t.Setenv("EDITOR", " ")
	m, _ := ended(t)
	if m.openEditor(root+"/lessons/01-x/main.go", 9) != nil || !strings.Contains(m.message, "lessons/01-x/main.go:9") {
		t.Errorf("it says %q", m.message)
	}
}
