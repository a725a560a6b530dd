package course

import "testing"

// TestTheRightLettersAreSpread: a student who always presses one letter must not
// be right more often than by chance. What is right is what the transcript of a
// real run says.
func TestTheRightLettersAreSpread(t *testing.T) {
	lessons := Read("../..").Lessons
	right := map[string][]string{}
	for _, l := range lessons {
		answer := l.answer()
		if answer == "" {
			t.Errorf("%s: its transcript gives no answer to Predict", l.Slug)
			continue
		}
		right[answer] = append(right[answer], l.Slug)
	}
	most := (len(lessons) + 2) / 3
	for letter, slugs := range right {
		if len(slugs) > most {
			t.Errorf("%s is right in %v: in %d of %d lessons, at most %d may have one letter", letter, slugs, len(slugs), len(lessons), most)
		}
	}
	for _, letter := range []string{"a", "b", "c", "d"} {
		if len(lessons) >= 4 && len(right[letter]) == 0 {
			t.Errorf("%s is right in none of %d lessons", letter, len(lessons))
		}
	}
}
