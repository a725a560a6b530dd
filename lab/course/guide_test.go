package course

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTheGuideGivesTheSameMinutes: docs/instructor-guide.md and the section
// For instructors of each lesson.
func TestTheGuideGivesTheSameMinutes(t *testing.T) {
	root := filepath.Join("..", "..")
	page, err := os.ReadFile(filepath.Join(root, "docs", "instructor-guide.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range Read(root).Lessons {
		said := regexp.MustCompile(`^\n(\d+ minutes)\.`).FindSubmatch(l.Section(KeyInstructors).Text)
		if said == nil {
			t.Errorf("%s does not begin For instructors with its minutes", l.Dir)
			continue
		}
		heading := regexp.MustCompile(`(?m)^## ` + l.Slug[:2] + ` .* · (.*)$`).FindSubmatch(page)
		if heading == nil || string(heading[1]) != string(said[1]) {
			t.Errorf("%s says %s, the guide %q", l.Dir, said[1], heading)
		}
	}
}

// TestEachExerciseIsLinkedByItsLesson: whoever has read the lesson must find it.
func TestEachExerciseIsLinkedByItsLesson(t *testing.T) {
	root := filepath.Join("..", "..")
	exercises, _ := ReadExercises(root)
	for _, e := range exercises {
		for _, l := range Read(root).Lessons {
			if l.Slug == e.Lesson && !strings.Contains(string(l.Source), "(../../"+e.Dir+"/)") {
				t.Errorf("%s has no link to %s", l.Dir, e.Dir)
			}
		}
	}
}

// TestTheGuideNamesAMomentOfEachLesson: the stage stops there.
func TestTheGuideNamesAMomentOfEachLesson(t *testing.T) {
	root := filepath.Join("..", "..")
	page, err := os.ReadFile(filepath.Join(root, "docs", "instructor-guide.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range Read(root).Lessons {
		said := regexp.MustCompile(`(?s)\n## ` + l.Slug[:2] + ` .*?\*\*Moment\*\*, guided: \x60([a-z-]+)\x60`).FindSubmatch(page)
		if said == nil || l.Moment(string(said[1])).Answer == "" {
			t.Errorf("the guide names %q, which is no moment of %s", said, l.Dir)
		}
	}
}
