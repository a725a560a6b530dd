package exercise

import (
	"strings"
	"testing"

	"fdlab/lab/course"
)

const root = "../.."

func first(t *testing.T) *course.Exercise {
	t.Helper()
	e := course.ReadExercise(root, "exercises/01-two-pipes")
	if len(e.Problems) > 0 {
		t.Fatal(e.Problems)
	}
	return e
}

// TestHintsAreCoveredUntilAskedFor, one at a time, and the one that was
// uncovered last is on the screen.
func TestHintsAreCoveredUntilAskedFor(t *testing.T) {
	p := &Page{Theme: plain, Exercise: first(t)}
	p.Resize(80, 24)
	secret := []string{"which call would wake it", "level-triggered", "base.Dispatch()"}
	for n := range 4 {
		if n > 0 {
			if got := p.Uncover(); got != min(n, 3) {
				t.Errorf("%d hints are uncovered, want %d", got, n)
			}
			if screen := strings.Join(rows(80, 24, drawn(p)), "\n"); !strings.Contains(screen, "Hint "+string(rune('0'+n))) {
				t.Errorf("hint %d was uncovered and is not on the screen:\n%s", n, screen)
			}
		}
		var all strings.Builder
		for _, line := range p.text {
			all.WriteString(line.Text() + " ")
		}
		for i, words := range secret {
			if shown := strings.Contains(all.String(), words); shown != (i < n) {
				t.Errorf("with %d hints uncovered, hint %d is shown: %v", n, i+1, shown)
			}
		}
	}
	if got := p.Uncover(); got != 3 {
		t.Errorf("there are three hints, and %d are uncovered", got)
	}
}

// TestThePageSaysWhatIsToBeDone at each size, and its text ends with the hints.
func TestThePageSaysWhatIsToBeDone(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		p := &Page{Theme: plain, Exercise: first(t)}
		p.Resize(size[0], size[1])
		text := strings.Join(rows(size[0], size[1], drawn(p)), "\n")
		p.Scroll(1 << 20)
		text += strings.Join(rows(size[0], size[1], drawn(p)), "\n")
		for _, want := range []string{"exercise 01", "not tried", "exercises/01-two-pipes/main.go", "Task", "What is given", "Hint 3 of 3", "enter run mine", "q back"} {
			if !strings.Contains(text, want) {
				t.Errorf("at %v the page lacks %q:\n%s", size, want, text)
			}
		}
	}
}
