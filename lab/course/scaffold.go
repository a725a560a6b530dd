package course

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Scaffold makes the files of a new exercise in the clone at root, each with
// TODOs where its author has something to say, and returns their paths from
// root. It overwrites nothing: if any of them exists, it makes none. It adds
// the folder to those that go.mod ignores. What is left to do by hand: the
// exam's place in lab/grade/exams/exams.go.
func Scaffold(root, slug string) (made []string, err error) {
	if !folderName.MatchString(slug) {
		return nil, fmt.Errorf("%q is no name for an exercise: two digits, a hyphen and lower-case words, like 14-linger", slug)
	}
	all, _ := ReadExercises(root)
	for _, e := range all {
		if fmt.Sprintf("%02d", e.Number) == slug[:2] {
			return nil, fmt.Errorf("number %02d is taken by %s", e.Number, e.Slug)
		}
	}
	number, name, _ := strings.Cut(slug, "-")
	fill := strings.NewReplacer(
		"NN-NAME", slug, "NN", number, "NAME", strings.ReplaceAll(name, "-", " "),
		"VARIABLE", variable(name), "FENCE", "```").Replace

	exercise, solution := path.Join("exercises", slug), path.Join("solutions", slug)
	made, err = lay(root, fill, []file{
		{path.Join(exercise, "README.md"), exerciseText},
		{path.Join(exercise, "main.go"), fmt.Sprintf(newProgram, "The task is in README.md.", starterBody)},
		{path.Join(exercise, "testdata/starter/main.go"), fmt.Sprintf(newProgram, "The task is in README.md.", starterBody)},
		{path.Join(exercise, "testdata/wrong-one/main.go"), fmt.Sprintf(newWrong, "one-shot")},
		{path.Join(exercise, "testdata/wrong-two/main.go"), fmt.Sprintf(newWrong, "left-open")},
		{path.Join(solution, "README.md"), solutionText},
		{path.Join(solution, "main.go"), fmt.Sprintf(newProgram, "Solved.", solutionBody)},
		{path.Join("lab/grade/exams", "ex"+number+"_"+strings.ReplaceAll(name, "-", "_")+".go"), examText},
	})
	if err == nil {
		err = ignore(root, exercise)
	}
	return made, err
}

// ignore adds a folder to those that patterns like ./... leave out: the block
// "ignore" of go.mod, a folder a line.
func ignore(root, dir string) error {
	name := filepath.Join(root, "go.mod")
	content, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(content), "\nignore (\n")
	block, after, closed := strings.Cut(rest, ")\n")
	if !found || !closed {
		return fmt.Errorf("go.mod has no block \"ignore (\": add the line \"ignore ./%s\" yourself", dir)
	}
	lines := append(slices.Collect(strings.Lines(block)), "\t./"+dir+"\n")
	slices.Sort(lines)
	block = strings.Join(slices.Compact(lines), "")
	return replace(name, []byte(before+"\nignore (\n"+block+")\n"+after))
}

// ScaffoldLesson is Scaffold for a lesson: a README that has its shape, an
// experiment that runs and cannot be judged yet, and the tests that hold it to
// its README.
func ScaffoldLesson(root, slug string) (made []string, err error) {
	if !folderName.MatchString(slug) {
		return nil, fmt.Errorf("%q is no name for a lesson: two digits, a hyphen and lower-case words, like 14-linger", slug)
	}
	for _, l := range Read(root).Lessons {
		if fmt.Sprintf("%02d", l.Number) == slug[:2] {
			return nil, fmt.Errorf("number %02d is taken by %s", l.Number, l.Slug)
		}
	}
	number, name, _ := strings.Cut(slug, "-")
	fill := strings.NewReplacer("NN-NAME", slug, "NN", number, "NAME", strings.ReplaceAll(name, "-", " "), "FENCE", "```").Replace
	return lay(root, fill, []file{
		{path.Join("lessons", slug, "README.md"), newLessonText},
		{path.Join("lessons", slug, "main.go"), newExperiment},
		{path.Join("lessons", slug, "lesson_test.go"), newLessonTest},
		{path.Join("lessons", slug, "faults_linux_test.go"), newFaultsTest},
	})
}

type file struct{ name, content string }

// lay makes all the files, or none if one exists.
func lay(root string, fill func(string) string, files []file) (made []string, err error) {
	for _, f := range files {
		if _, err := os.Lstat(filepath.Join(root, filepath.FromSlash(f.name))); !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("%s exists already: nothing was made", f.name)
		}
	}
	for _, f := range files {
		at := filepath.Join(root, filepath.FromSlash(f.name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			return made, err
		}
		if err := os.WriteFile(at, []byte(fill(f.content)), 0o644); err != nil {
			return made, err
		}
		made = append(made, f.name)
	}
	return made, nil
}

// variable is the name in Go: "linger-zero" is lingerZero.
func variable(name string) string {
	words := strings.Split(name, "-")
	for i := 1; i < len(words); i++ {
		words[i] = strings.ToUpper(words[i][:1]) + words[i][1:]
	}
	return strings.Join(words, "")
}
