package exams_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fdlab/lab/course"
	"fdlab/lab/grade"
	"fdlab/lab/grade/exams"
)

const root = "../../.."

// tries is how often each solution is tried:
//
//	go test ./lab/grade/exams -run Solution -tries 20
var tries = flag.Int("tries", 2, "how often each solution is tried")

// The working copies (exercises/NN/main.go) are the student's: no test grades
// or compares them.

// each runs a test for each exercise of the clone, side by side.
func each(t *testing.T, do func(t *testing.T, e *course.Exercise, exam *grade.Exam)) {
	all, problems := course.ReadExercises(root)
	for _, p := range problems {
		t.Error(p)
	}
	if len(all) == 0 {
		t.Fatal("no exercises")
	}
	for _, e := range all {
		t.Run(e.Slug, func(t *testing.T) {
			t.Parallel()
			exam := exams.ByName(e.Slug)
			if exam == nil {
				t.Fatalf("no exam: add one to lab/grade/exams")
			}
			do(t, e, exam)
		})
	}
}

// try grades a program. On a machine that is too busy there is no verdict, and it is tried
// again, as a student would.
func try(t *testing.T, pkg string, exam *grade.Exam) *grade.Result {
	t.Helper()
	for times := 1; ; times++ {
		r := grade.Run(context.Background(), root, "./"+pkg, exam)
		if r.Outcome != grade.NotJudged {
			return r
		}
		if times == 3 || !strings.Contains(r.Err, "this machine is too busy") {
			t.Fatalf("%s was not judged: %s", pkg, r.Err)
		}
	}
}

func TestTheStarterFailsForItsDeclaredReason(t *testing.T) {
	each(t, func(t *testing.T, e *course.Exercise, exam *grade.Exam) {
		r := try(t, e.Starter(), exam)
		told(t, r, exam.Starter.ID)
		source := read(t, e.Starter()+"/main.go")
		if !strings.Contains(source, "TODO 1") {
			t.Error("the starter has no TODO 1")
		}
	})
}

func TestTheSolutionPasses(t *testing.T) {
	each(t, func(t *testing.T, e *course.Exercise, exam *grade.Exam) {
		for i := range *tries {
			if r := try(t, e.Solution(), exam); r.Outcome != grade.Passed {
				t.Fatalf("try %d:\n%s", i+1, r.Text(100))
			}
		}
	})
}

// TestOtherRightAnswersPass: a grader that knows one way only is no grader.
func TestOtherRightAnswersPass(t *testing.T) {
	each(t, func(t *testing.T, e *course.Exercise, exam *grade.Exam) {
		right, _ := filepath.Glob(filepath.Join(root, e.Dir, "testdata", "right-*"))
		for _, dir := range right {
			t.Run(filepath.Base(dir), func(t *testing.T) {
				t.Parallel()
				if r := try(t, e.Dir+"/testdata/"+filepath.Base(dir), exam); r.Outcome != grade.Passed {
					t.Errorf("it did not pass:\n%s", r.Text(100))
				}
			})
		}
	})
}

// expected is the line of a wrong answer that says what it must be told. Where the
// machine's luck decides what goes wrong first, there may be a second word after "or".
var expected = regexp.MustCompile(`(?m)^// told: (\S+)(?: or (\S+))?$`)

// unforced says of a wrong answer that the grader cannot force what shows it (docs/grader.md
// names it): it may pass twice, and not three times.
const unforced = "\n// not forced:"

func TestWrongAnswersGetTheirOwnFeedback(t *testing.T) {
	each(t, func(t *testing.T, e *course.Exercise, exam *grade.Exam) {
		wrong, _ := filepath.Glob(filepath.Join(root, e.Dir, "testdata", "wrong-*"))
		different := map[string]bool{}
		for _, dir := range wrong {
			name := filepath.Base(dir)
			source := read(t, filepath.Join(e.Dir, "testdata", name, "main.go"))
			m, luck := expected.FindStringSubmatch(source), strings.Contains(source, unforced)
			if m == nil {
				t.Errorf("%s does not say what it must be told: add a line \"// told: ID\"", name)
				continue
			}
			if m[1] != exam.Starter.ID {
				different[m[1]] = true
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				r := try(t, e.Dir+"/testdata/"+name, exam)
				for tries := 1; tries < 3 && luck && r.Outcome == grade.Passed; tries++ {
					r = try(t, e.Dir+"/testdata/"+name, exam)
				}
				if f := r.Feedback; m[2] != "" && f != nil && f.Misconception == m[2] {
					m[1] = m[2]
				}
				told(t, r, m[1])
			})
		}
		if len(different) < 2 {
			t.Errorf("there must be at least two wrong answers that are told different things, other than the starter; there are %d", len(different))
		}
	})
}

// told requires that the program failed, and got full feedback.
func told(t *testing.T, r *grade.Result, id string) {
	t.Helper()
	f := r.Feedback
	if r.Outcome != grade.Failed || f == nil {
		t.Fatalf("%s: %s", r.Package, r.Outcome)
	}
	if f.Misconception != id {
		t.Errorf("%s was told %q, not %q:\n%s", r.Package, f.Misconception, id, r.Text(100))
	}
	if f.Expected == "" || f.Saw == "" || f.Truth == "" || f.Check == "" || len(f.Records) == 0 {
		t.Errorf("%s: the feedback is not complete: %+v", r.Package, f)
	}
	if text := r.Text(1000); strings.Contains(text, "TCP from 127.0.0.1:") {
		t.Errorf("%s: a client is told by its port, and not by its name:\n%s", r.Package, text)
	}
	if f.Lesson != "" {
		if _, err := os.Stat(filepath.Join(root, "lessons", f.Lesson)); err != nil {
			t.Errorf("it names lesson %q, which is not there", f.Lesson)
		}
		if !slices.Contains(course.Keys, f.Section) {
			t.Errorf("it names section %q, which no lesson has", f.Section)
		}
	}
}

func TestREADMEsHaveTheirShape(t *testing.T) {
	each(t, func(t *testing.T, e *course.Exercise, exam *grade.Exam) {
		for _, p := range e.Problems {
			t.Error(p)
		}
		var names []string
		for _, c := range e.Checks {
			names = append(names, c.Name)
		}
		if !slices.Equal(names, exam.Checks) {
			t.Errorf("the checks of the README\n%q\nare not the exam's\n%q", names, exam.Checks)
		}
		if _, err := os.Stat(filepath.Join(root, "lessons", e.Lesson)); err != nil {
			t.Errorf("lesson %q is not there", e.Lesson)
		}
		solution := read(t, e.Solution()+"/README.md")
		for name, text := range map[string]string{"exercise": string(e.Source), "solution": solution} {
			if strings.Contains(text, "TODO ") {
				t.Errorf("the README of the %s has a TODO", name)
			}
		}
		for _, heading := range []string{"## Why", "## An alternative"} {
			if !strings.Contains(solution, "\n"+heading+"\n") {
				t.Errorf("the solution's README has no section %q", heading)
			}
		}
	})
}

// TestNoStrayFiles: an exercise has its text, its program, its starter,
// wrong answers and other right ones; a solution a text and a program. A student may add files of
// any other name than these folders hold.
func TestNoStrayFiles(t *testing.T) {
	each(t, func(t *testing.T, e *course.Exercise, exam *grade.Exam) {
		only(t, filepath.Join(root, e.Dir, "testdata"), regexp.MustCompile(`^(starter|(wrong|right)-[a-z0-9-]+)(/main\.go)?$`))
		only(t, filepath.Join(root, e.Solution()), regexp.MustCompile(`^(README\.md|main\.go)$`))
	})
	all, _ := course.ReadExercises(root)
	known := map[string]bool{"README.md": true}
	for _, e := range all {
		known[e.Slug] = true
	}
	entries, err := os.ReadDir(filepath.Join(root, "solutions"))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !known[entry.Name()] {
			t.Errorf("solutions/%s belongs to no exercise", entry.Name())
		}
	}
	for _, exam := range exams.All {
		if !known[exam.Exercise] {
			t.Errorf("the exam %s belongs to no exercise", exam.Exercise)
		}
	}
}

func only(t *testing.T, dir string, allowed *regexp.Regexp) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		if rel != "." && !allowed.MatchString(filepath.ToSlash(rel)) {
			t.Errorf("%s does not belong here", name)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
