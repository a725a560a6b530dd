package course

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// ExerciseHeadings are the sections of an exercise's README, in their order:
//
//	# 01 a select loop that serves two pipes
//
//	## Lesson
//
//	[01 select vs blocking I/O](../../lessons/01-select-vs-blocking-io/README.md): why, in a sentence.
//
//	## Task
//
//	What the program must do.
//
//	## What is given
//	## Checks
//
//	1. **b is heard while a is silent**: what the grader does. The bold name is the exam's.
//
//	## Hints
//
//	<details><summary>...</summary>
//
//	1. **Question**: a nudge, as a question?
//	2. **Concept**: the idea, and the lesson's section.
//	3. **Near-code**: almost the code.
//
//	</details>
var ExerciseHeadings = []string{"Lesson", "Task", "What is given", "Checks", "Hints"}

// HintKinds are the hints of an exercise, of rising strength.
var HintKinds = []string{"Question", "Concept", "Near-code"}

// Exercise is one folder of exercises/, as far as its README could be read. It
// does not change after ReadExercise.
type Exercise struct {
	Number int
	Slug   string // "01-two-pipes"
	Dir    string // "exercises/01-two-pipes", from the root of the clone
	Title  string

	Lesson string // the slug of the lesson that it belongs to
	Checks []Step // as in the exam
	Hints  []Hint

	Sections []*Section
	Source   []byte
	Problems []Problem // what keeps it from its shape
}

// Hint is one of three.
type Hint struct {
	Kind string // "Question", "Concept", "Near-code"
	Text string // Markdown
}

// Starter and Solution name what lies beside the working copy, from the root.
func (e *Exercise) Starter() string  { return path.Join(e.Dir, "testdata", "starter") }
func (e *Exercise) Solution() string { return path.Join("solutions", e.Slug) }

// ReadExercises reads the exercises of the clone at root, by number.
func ReadExercises(root string) ([]*Exercise, []Problem) {
	entries, err := os.ReadDir(filepath.Join(root, "exercises"))
	if err != nil {
		return nil, []Problem{{
			File: "exercises",
			Text: "the folder of the exercises cannot be read: " + reason(err),
			Do:   "start in a clone of fdlab, or fetch the folder back (git checkout exercises)",
		}}
	}
	var all []*Exercise
	var problems []Problem
	numbers := map[int]string{}
	for _, entry := range entries {
		name := entry.Name()
		if !entry.IsDir() || strings.HasPrefix(name, ".") {
			continue
		}
		if !folderName.MatchString(name) {
			problems = append(problems, Problem{File: path.Join("exercises", name),
				Text: fmt.Sprintf("the folder %q is not listed: its name is not NN-name", name),
				Do:   "name it with two digits, a hyphen and lower-case words, like 01-two-pipes"})
			continue
		}
		e := ReadExercise(root, path.Join("exercises", name))
		if other, taken := numbers[e.Number]; taken {
			e.Problems = append(e.Problems, Problem{File: e.Dir,
				Text: fmt.Sprintf("number %02d is taken by %s", e.Number, other),
				Do:   "give one of the two another number"})
		}
		numbers[e.Number] = name
		all = append(all, e)
	}
	return all, problems
}

// ReadExercise reads the exercise in dir, a path from root with slashes. It
// always returns one; Problems says what could not be read.
func ReadExercise(root, dir string) *Exercise {
	slug := path.Base(dir)
	number, name, _ := strings.Cut(slug, "-")
	e := &Exercise{Slug: slug, Dir: dir, Title: strings.ReplaceAll(name, "-", " ")}
	e.Number, _ = strconv.Atoi(number)

	// The reading of a README is the lessons'.
	doc := &Lesson{Number: e.Number, Slug: slug, Dir: dir, Title: e.Title}
	source, err := readText(filepath.Join(root, filepath.FromSlash(doc.readme())))
	if err != nil {
		e.Problems = []Problem{{File: doc.readme(),
			Text: "the exercise's text cannot be read: " + reason(err),
			Do:   "fetch it back: git checkout " + doc.readme()}}
		return e
	}
	doc.Source = source
	doc.split(Markdown(source))
	e.Source, e.Sections, e.Title, e.Problems = source, doc.Sections, doc.Title, doc.Problems
	e.order(doc)
	for _, s := range doc.Sections {
		switch s.Heading {
		case "Lesson":
			e.readLesson(doc, s)
		case "Checks":
			e.readChecks(doc, s)
		case "Hints":
			e.readHints(doc, s)
		}
		if len(s.Nodes) == 0 {
			e.Problems = append(e.Problems, doc.problem(s.Line, fmt.Sprintf("section %q is empty", s.Heading), "write it"))
		}
	}
	e.Problems = append(e.Problems, deadLinks(doc, root)...)
	return e
}

// Section returns the section under a heading, or nil.
func (e *Exercise) Section(heading string) *Section {
	for _, s := range e.Sections {
		if s.Heading == heading {
			return s
		}
	}
	return nil
}

func (e *Exercise) order(doc *Lesson) {
	var got []string
	for _, s := range doc.Sections {
		got = append(got, s.Heading)
	}
	if strings.Join(got, ", ") != strings.Join(ExerciseHeadings, ", ") {
		e.Problems = append(e.Problems, doc.problem(0,
			fmt.Sprintf("the sections are %q", got), "make them, in this order: "+strings.Join(ExerciseHeadings, ", ")))
	}
}

func (e *Exercise) readLesson(doc *Lesson, s *Section) {
	for _, n := range s.Nodes {
		ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if link, ok := n.(*ast.Link); ok && entering && e.Lesson == "" {
				if at := path.Join(e.Dir, path.Dir(string(link.Destination))); path.Dir(at) == "lessons" {
					e.Lesson = path.Base(at)
				}
			}
			return ast.WalkContinue, nil
		})
	}
	if e.Lesson == "" {
		e.Problems = append(e.Problems, doc.problem(s.Line, "no lesson is linked",
			"add a link like [01 ...](../../lessons/01-.../README.md)"))
	}
}

func (e *Exercise) readChecks(doc *Lesson, s *Section) {
	list, ok := first[*ast.List](s.Nodes)
	if !ok || !list.IsOrdered() {
		e.Problems = append(e.Problems, doc.problem(s.Line, "the checks are missing",
			"add a numbered list like \"1. **name**: what the grader does\""))
		return
	}
	for i, item := range children(list) {
		name, rest, ok := leadIn(item.FirstChild(), doc.Source)
		if !ok || rest == "" {
			e.Problems = append(e.Problems, doc.problem(doc.line(item), fmt.Sprintf("check %d has no name or no text", i+1),
				fmt.Sprintf("write \"%d. **name**: what the grader does\"", i+1)))
		}
		e.Checks = append(e.Checks, Step{name, rest})
	}
}

func (e *Exercise) readHints(doc *Lesson, s *Section) {
	list, ok := first[*ast.List](s.Nodes)
	if !ok || list.ChildCount() != len(HintKinds) {
		e.Problems = append(e.Problems, doc.problem(s.Line, "there are not three hints",
			"add a numbered list: **Question**, **Concept**, **Near-code**"))
		return
	}
	items := children(list)
	for i, item := range items {
		to := strings.Count(string(doc.Source), "\n") + 2
		if i+1 < len(items) {
			to = doc.line(items[i+1])
		} else if next := list.NextSibling(); next != nil {
			to = doc.line(next)
		}
		text := unindent(string(lines(doc.Source, doc.line(item), to)))
		kind, _, ok := leadIn(item.FirstChild(), doc.Source)
		if !ok || kind != HintKinds[i] {
			e.Problems = append(e.Problems, doc.problem(doc.line(item), fmt.Sprintf("hint %d is a %q", i+1, kind),
				fmt.Sprintf("begin it with \"%d. **%s**: \"", i+1, HintKinds[i])))
		}
		_, text, _ = strings.Cut(text, "**:")
		e.Hints = append(e.Hints, Hint{HintKinds[i], strings.TrimSpace(text)})
	}
	if len(e.Hints) == len(HintKinds) && !strings.Contains(e.Hints[0].Text, "?") {
		e.Problems = append(e.Problems, doc.problem(s.Line, "the first hint asks nothing", "make it a question"))
	}
}

// unindent takes a list item's indentation from its lines.
func unindent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimPrefix(line, "   "))
	}
	return b.String()
}

// deadLinks finds links to files of the repository that are not there.
func deadLinks(doc *Lesson, root string) (found []Problem) {
	for _, s := range doc.Sections {
		for _, n := range s.Nodes {
			ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
				if link, ok := n.(*ast.Link); ok && entering && !leads(root, doc.Dir, string(link.Destination)) {
					found = append(found, doc.problem(doc.line(link),
						fmt.Sprintf("the link to %q leads nowhere", link.Destination), "correct it"))
				}
				return ast.WalkContinue, nil
			})
		}
	}
	return found
}
