package course

import "testing"

// TestLessonsHaveTheirShape holds every lesson of the clone to the shape that
// the package's comment shows.
func TestLessonsHaveTheirShape(t *testing.T) {
	c := Read("../..")
	for _, p := range c.Problems {
		t.Error(p)
	}
	for _, l := range c.Lessons {
		for _, p := range Check(l) {
			t.Error(p)
		}
	}
}
