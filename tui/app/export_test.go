package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fdlab/tui/export"
)

// TestARunIsExportedFromTheStage: X lists the forms, a digit writes one of what is shown;
// any other key writes nothing.
func TestARunIsExportedFromTheStage(t *testing.T) {
	m, s := ended(t)
	m.course.Root = t.TempDir()
	shared := filepath.Join(m.course.Root, ".fdlab", "shared")
	text := 0
	for i, f := range export.Forms {
		if f.Ending == ".txt" {
			text = i + 1
		}
	}
	m.key("X")
	screen := m.View()
	for _, f := range export.Forms {
		if !strings.Contains(screen, f.Ending) || !strings.Contains(screen, f.Does) {
			t.Errorf("the list lacks %s:\n%s", f.Ending, screen)
		}
	}
	if !m.covered() {
		t.Error("the stage below goes on")
	}
	if cmd := m.key("n"); cmd != nil || m.over != nil {
		t.Errorf("another key: the list is open: %v, something is done: %v", m.over != nil, cmd != nil)
	}
	s.Seek(0, 250e6)
	m.key("X")
	cmd := m.key(string(rune('0' + text)))
	if cmd == nil {
		t.Fatal("the digit does nothing")
	}
	m.Update(cmd())
	files, err := os.ReadDir(shared)
	if err != nil || len(files) != 1 {
		t.Fatal(files, err, m.message)
	}
	name := files[0].Name()
	if !strings.Contains(m.message, "Written") || !strings.Contains(m.message, name) || !strings.HasSuffix(name, "-at-250ms.txt") {
		t.Errorf("%q is written, and the message is %q", name, m.message)
	}
	written, err := os.ReadFile(filepath.Join(shared, name))
	if err != nil || !strings.Contains(string(written), "PAST") || !strings.Contains(string(written), "second") {
		t.Errorf("%v: it shows\n%s", err, written)
	}
	m.key("X")
	m.Update(m.key(string(rune('0' + len(export.Forms))))())
	if !strings.HasSuffix(m.message, ".csv") || strings.Contains(m.message, "-at-") {
		t.Errorf("a table of the whole run: %q", m.message)
	}
	m.key("X")
	m.Update(m.key(string(rune('0' + text)))())
	if !strings.Contains(m.message, "not exported") || !strings.Contains(m.message, "there already") {
		t.Errorf("twice: %q", m.message)
	}
}

// TestARunThatGoesOnIsNotExported: there is nothing whole to send yet.
func TestARunThatGoesOnIsNotExported(t *testing.T) {
	m, s := ended(t)
	s.over = false
	if m.key("X"); m.over != nil {
		t.Error("the list is open")
	}
}
