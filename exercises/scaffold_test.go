package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fdlab/lab/course"
)

// TestANewExerciseIsAcceptedWhenItsTODOsAreFilled scaffolds one in a copy of
// the lab, does what docs/adding-a-lesson.md says, and lets the tests that
// hold all exercises judge it.
func TestANewExerciseIsAcceptedWhenItsTODOsAreFilled(t *testing.T) {
	root := clone(t)
	status, out := call(t, root, "", "new", "exercise", "97-pass-on")
	want(t, status, fine, out, "made exercises/97-pass-on/README.md", "lab/grade/exams/ex97_pass_on.go")
	status, out = call(t, root, "", "new", "exercise", "97-again")
	want(t, status, misuse, out, "taken")
	if mod := get(t, filepath.Join(root, "go.mod")); !strings.Contains(mod, "\t./exercises/97-pass-on\n\t./solutions\n)\n") {
		t.Errorf("go.mod does not ignore it:\n%s", mod)
	}

	list := filepath.Join(root, "lab/grade/exams/exams.go")
	put(t, list, strings.Replace(get(t, list), "All = []*grade.Exam{", "All = []*grade.Exam{\n\tpassOn,", 1))
	if out, ok := judge(t, root); ok {
		t.Fatalf("it was accepted with its TODOs:\n%s", out)
	}

	// The TODOs, filled: a text without TODOs and two wrong answers.
	readme := filepath.Join(root, "exercises/97-pass-on/README.md")
	put(t, readme, strings.ReplaceAll(get(t, readme), "TODO", "said:"))
	readme = filepath.Join(root, "solutions/97-pass-on/README.md")
	put(t, readme, strings.ReplaceAll(get(t, readme), "TODO", "said:"))
	solution := get(t, filepath.Join(root, "solutions/97-pass-on/main.go"))
	for name, change := range map[string][3]string{
		"wrong-one": {"one-shot", "event.Read|event.Persist", "event.Read"},
		"wrong-two": {"left-open", "	defer sys.Close(fd)\n", ""},
	} {
		wrong := strings.Replace(solution, change[1], change[2], 1)
		wrong = strings.Replace(wrong, "package main", "// told: "+change[0]+"\npackage main", 1)
		put(t, filepath.Join(root, "exercises/97-pass-on/testdata", name, "main.go"), wrong)
	}
	if out, ok := judge(t, root); !ok {
		t.Errorf("it was not accepted:\n%s", out)
	}
}

// judge runs the tests of all exercises on the new one, in the copy.
func judge(t *testing.T, root string) (string, bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "/97-pass-on", "./lab/grade/exams")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// TestANewLessonIsAcceptedWhenItsTODOsAreFilled does the same for a lesson.
func TestANewLessonIsAcceptedWhenItsTODOsAreFilled(t *testing.T) {
	root := clone(t)
	status, out := call(t, root, "", "new", "lesson", "98-a-claim")
	want(t, status, fine, out, "made lessons/98-a-claim/README.md", "made lessons/98-a-claim/main.go")
	status, out = call(t, root, "", "new", "lesson", "98-again")
	want(t, status, misuse, out, "taken by 98-a-claim")

	command := func(args ...string) (string, error) {
		cmd := exec.Command("go", args...)
		cmd.Dir = root
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := command("run", "./lessons/98-a-claim", "-nowait"); err == nil {
		t.Errorf("it judges what was not measured:\n%s", out)
	}
	main, readme := filepath.Join(root, "lessons/98-a-claim/main.go"), filepath.Join(root, "lessons/98-a-claim/README.md")
	put(t, readme, strings.ReplaceAll(get(t, readme), "TODO", "said:"))
	put(t, main, strings.NewReplacer("false // TODO", "true", "TODO", "said:",
		"experiment.Undecided", "experiment.Ruling(measured)").Replace(get(t, main)))
	if out, err := command("run", "./lab/experiment/transcript", "98"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	lesson := course.ReadLesson(root, "lessons/98-a-claim")
	for _, p := range lesson.Problems {
		t.Error(p)
	}
	if !strings.Contains(lesson.Transcript, "verdict: true") {
		t.Errorf("the transcript is %q", lesson.Transcript)
	}
}
