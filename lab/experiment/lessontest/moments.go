package lessontest

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"testing"

	"fdlab/lab/course"
	"fdlab/lab/trace"
)

// Moments runs the lesson in whose folder the test runs, and fails the test
// unless the run comes to each moment of the README, in the README's order.
func Moments(t *testing.T) {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	var want, marked []string
	for _, m := range course.ReadLesson("../..", path.Join("lessons", filepath.Base(dir))).Moments {
		want = append(want, m.Key)
	}
	a := Record(t, Command(t, "", "-nowait"))
	account, _ := a.End()
	for i := range a.Records {
		if r := &a.Records[i]; r.Kind == trace.Moment {
			marked = append(marked, a.String(r))
		}
	}
	if !slices.Equal(marked, want) {
		t.Errorf("the run comes to %q, the README has %q; the account:\n%s", marked, want, account)
	}
}
