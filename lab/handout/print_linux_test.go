package handout

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"fdlab/lab/course"
	"fdlab/lab/skip"
)

// TestALessonIsOnePage: the one that has most to say, printed by the command that
// docs/instructor-guide.md gives.
func TestALessonIsOnePage(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a browser")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		skip.Missing(t, "no chromium: apt-get install chromium")
	}
	var longest bytes.Buffer
	for _, l := range course.Read("../..").Lessons {
		var page bytes.Buffer
		if err := Write(&page, l); err != nil {
			t.Fatal(err)
		}
		if page.Len() > longest.Len() {
			longest = page
		}
	}
	dir := t.TempDir()
	page, pdf := filepath.Join(dir, "lesson.html"), filepath.Join(dir, "lesson.pdf")
	if err := os.WriteFile(page, longest.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"--headless", "--disable-gpu", "--user-data-dir=" + filepath.Join(dir, "profile"),
		"--no-pdf-header-footer", "--print-to-pdf=" + pdf, page}
	if os.Getuid() == 0 {
		args = append([]string{"--no-sandbox"}, args...) // Chromium's own rule for root
	}
	if said, err := exec.Command(path, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	printed, err := os.ReadFile(pdf)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(printed, -1)); n != 1 {
		t.Errorf("it is printed on %d pages", n)
	}
}
