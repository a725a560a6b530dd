package app

import (
	"fmt"
	"strings"
	"testing"

	"fdlab/lab/course"
	"fdlab/lab/trace"
	"fdlab/tui/player"
)

// onChanges is a lesson's page of changes.
func onChanges(t *testing.T, w, h int) *Model {
	m := atHomeOfTheCourse(t, w, h)
	m.openLesson(1)
	m.lesson.Open(course.KeyChange)
	return m
}

// TestAChangeAsksFirst: it shows its place, and what is expected is held beside what was.
func TestAChangeAsksFirst(t *testing.T) {
	t.Setenv("VISUAL", "")
	t.Setenv("EDITOR", "")
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		m := onChanges(t, size[0], size[1])
		m.Update(m.key("1")())
		text := strings.Join(strings.Fields(m.types()), " ")
		c, ok := m.over.(*change)
		if !ok {
			t.Fatalf("%v: no question:\n%s", size, text)
		}
		place := fmt.Sprintf("lessons/02-ev-persist/main.go:%d", c.line)
		for _, want := range []string{"change 1 of 3", place, "const readingCall", "1 the answer", "2 the verdict", "3 how many checks fail", "You expect: nothing"} {
			if !strings.Contains(text, want) {
				t.Errorf("%v: it does not say %q:\n%s", size, want, text)
			}
		}
		if c.line < 2 || c.before == nil || !strings.Contains(text, "the recorded run (the answer c, the claim half true, 0 of") {
			t.Errorf("%v: line %d, held beside %+v:\n%s", size, c.line, c.before, text)
		}
		if text = strings.Join(strings.Fields(m.types("1", "2", "1")), " "); !strings.Contains(text, "You expect: the verdict.") {
			t.Errorf("%v: the verdict was chosen:\n%s", size, text)
		}
		if m.key("enter"); m.over != nil || !strings.Contains(m.message, place) {
			t.Errorf("%v: without an editor it says %q", size, m.message)
		}

		// The run after it: as the recorded one, but for what is made other.
		for _, now := range []struct {
			ruling trace.Ruling
			right  bool
		}{{trace.False, true}, {trace.HalfTrue, false}} {
			m.expected = &expected{m.lesson.Lesson, c.before, c.expects}
			recorded, err := Load(shipped(root, m.lesson.Lesson))
			if err != nil {
				t.Fatal(err)
			}
			s := ofRecording(recorded, m.lesson.Lesson, player.New(1, 20e6))
			s.world.Live.Verdict.Ruling = now.ruling
			m.session, m.screen, m.message = s, atStage, ""
			m.compare(s)
			text := strings.Join(strings.Fields(strings.ReplaceAll(m.types(), "▌", " ")), " ")
			if s.changed == nil || s.changed.Right != now.right || m.expected != nil || m.message != "" {
				t.Fatalf("%v: expected is %+v, %+v, message %q", size, s.changed, m.expected, m.message)
			}
			if !strings.Contains(text, "other will be: the verdict.") {
				t.Errorf("%v: the end does not say what was expected:\n%s", size, text)
			}
			if want := "Different from the recorded run: the claim is false, it was half true."; strings.Contains(text, want) != now.right {
				t.Errorf("%v: the end says:\n%s", size, text)
			}
		}
	}
}

// TestAChangeWithoutItsPlace: who has edited the line is told.
func TestAChangeWithoutItsPlace(t *testing.T) {
	m := onChanges(t, 80, 24)
	l := *m.lesson.Lesson
	l.Changes = append([]course.Change(nil), l.Changes...)
	l.Changes[0].At = "a line that nobody wrote"
	m.lesson.Lesson = &l
	m.Update(m.key("1")())
	if text := m.types(); !strings.Contains(strings.Join(strings.Fields(text), " "), "has it been edited?") {
		t.Errorf("it shows:\n%s", text)
	}
}

// TestAnEarlierRunHasItsName: what came between said nothing.
func TestAnEarlierRunHasItsName(t *testing.T) {
	s := &session{before: &outcome{of: theRunBefore, answer: "b"}}
	if o := s.outcomes(); o.of != "an earlier run" || o.answer != "b" || s.before.of != theRunBefore {
		t.Errorf("it is %+v", o)
	}
}
