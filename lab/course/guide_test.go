package course

import (
	"fmt"
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

// TestEachMomentHasItsNote: the instructor's second terminal shows it; and the guide has
// none of a moment that there is not.
func TestEachMomentHasItsNote(t *testing.T) {
	root := filepath.Join("..", "..")
	guide := ReadGuide(root)
	for _, l := range Read(root).Lessons {
		notes := guide.Lessons[l.Number]
		if notes.Minutes == 0 || len(notes.Moments) != len(l.Moments) {
			t.Errorf("%s: the guide has %d minutes, and notes of %d moments of %d", l.Slug, notes.Minutes, len(notes.Moments), len(l.Moments))
		}
		for _, m := range l.Moments {
			if notes.Moments[m.Key] == "" {
				t.Errorf("%s: the guide has no note of the moment %s", l.Slug, m.Key)
			}
		}
		said := map[string]bool{}
		for _, p := range notes.Points {
			said[p.Name] = p.Text != ""
		}
		if !said["Ask"] || !said["Common wrong answers"] {
			t.Errorf("%s: the guide lacks what to ask, or the common wrong answers: %v", l.Slug, notes.Points)
		}
	}
}

// TestAPlanFillsItsTime: without a gap, with lessons and moments that there are.
func TestAPlanFillsItsTime(t *testing.T) {
	root := filepath.Join("..", "..")
	guide, lessons := ReadGuide(root), Read(root)
	if len(guide.Plans[45]) == 0 || len(guide.Plans[90]) == 0 {
		t.Fatalf("the plans are %v", guide.Plans)
	}
	for minutes, plan := range guide.Plans {
		at := 0
		for _, p := range plan {
			if p.From != at || p.To <= p.From {
				t.Errorf("the plan for %d minutes has a part from %d to %d after minute %d", minutes, p.From, p.To, at)
			}
			at = p.To
			l := lessons.Lesson(fmt.Sprint(p.Lesson))
			if p.Lesson != 0 && l == nil {
				t.Errorf("the plan for %d minutes has a lesson %d", minutes, p.Lesson)
			}
			for _, word := range strings.FieldsFunc(p.What, func(r rune) bool { return r != '-' && (r < 'a' || r > 'z') }) {
				if strings.Contains(word, "-") && l != nil && l.Moment(word).Answer == "" {
					t.Errorf("the plan for %d minutes has a moment %s of lesson %d", minutes, word, p.Lesson)
				}
			}
			if part, ok := plan.At(p.From); !ok || part != p {
				t.Errorf("minute %d is in %v, want %v", p.From, part, p)
			}
		}
		if _, ok := plan.At(minutes); at != minutes || ok {
			t.Errorf("the plan for %d minutes ends after %d", minutes, at)
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

// TestTheSyllabusHasEachLesson, with its minutes and its exercises.
func TestTheSyllabusHasEachLesson(t *testing.T) {
	root := filepath.Join("..", "..")
	page, err := os.ReadFile(filepath.Join(root, "docs", "syllabus.md"))
	if err != nil {
		t.Fatal(err)
	}
	guide := ReadGuide(root)
	exercises, _ := ReadExercises(root)
	for _, l := range Read(root).Lessons {
		_, after, ok := strings.Cut(string(page), fmt.Sprintf("### %02d %s\n", l.Number, l.Title))
		part, _, _ := strings.Cut(after, "\n##")
		if minutes := fmt.Sprintf("%d minutes in class", guide.Lessons[l.Number].Minutes); !ok || !strings.Contains(part, minutes) {
			t.Errorf("the syllabus lacks %s, or its %s", l.Slug, minutes)
		}
		for _, e := range exercises {
			if link := "(../" + e.Dir + "/README.md)"; e.Lesson == l.Slug && !strings.Contains(part, link) {
				t.Errorf("%s: the syllabus lacks the exercise %s", l.Slug, e.Slug)
			}
		}
	}
}
