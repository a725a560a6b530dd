package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"fdlab/lab/course"
	"fdlab/lab/grade"
)

// explain says what a misconception is: the belief, what is so, and the lesson's
// own words.
func (t *tool) explain(words []string) int {
	all := misconceptions(t.root)
	if len(words) == 0 {
		fmt.Fprintf(t.out, "what a failed check may say: go run ./exercises explain NAME\n\n")
		for _, m := range all {
			fmt.Fprintf(t.out, "  %-23s  %s\n", m.ID, cut(m.Belief, t.width()-27))
		}
		return fine
	}
	all = slices.DeleteFunc(all, func(m *grade.Misconception) bool { return m.ID != words[0] })
	if len(all) == 0 {
		return t.misused("no misconception %q: explain without a name lists them", words[0])
	}
	fmt.Fprintf(t.out, "%s\n\n", words[0])
	for i, m := range all { // more than one belief may lead to it
		if i > 0 {
			fmt.Fprintln(t.out)
		}
		name := "as if"
		if m.Guess {
			name = "perhaps"
		}
		t.paragraph(name, "“"+m.Belief+"”")
		t.paragraph("but", m.Truth)
	}
	m := all[0] // they point to one section
	if m.Lesson == "" {
		return fine
	}
	t.paragraph("read", fmt.Sprintf("lessons/%s/README.md, section %s", m.Lesson, cmp.Or(course.Heading(t.root, m.Lesson, m.Section), m.Section)))
	t.paragraph("see it", "go run ./lessons/"+m.Lesson)
	l := course.ReadLesson(t.root, "lessons/"+m.Lesson)
	if s := l.Section(m.Section); s != nil {
		fmt.Fprintln(t.out)
		for _, line := range t.blocks(l.Source, s.Nodes) {
			fmt.Fprintln(t.out, line)
		}
	}
	return fine
}

// paragraph writes text with a name before it and a hanging indent.
func (t *tool) paragraph(name, text string) {
	for i, line := range wrapped(text, t.width()-12) {
		if i > 0 {
			name = ""
		}
		fmt.Fprintf(t.out, "  %-8s  %s\n", name, line)
	}
}

// misconceptions reads them where they are written, in the grader and in the
// exams: a list of them would be a second place to keep. Those with one ID are one thing that happened; their
// beliefs differ.
func misconceptions(root string) (all []*grade.Misconception) {
	for _, dir := range []string{"lab/grade", "lab/grade/exams"} {
		files, _ := filepath.Glob(filepath.Join(root, filepath.FromSlash(dir), "*.go"))
		for _, name := range files {
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil || strings.HasSuffix(name, "_test.go") {
				continue
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if m := misconception(n); m != nil {
					all = append(all, m)
				}
				return true
			})
		}
	}
	slices.SortStableFunc(all, func(a, b *grade.Misconception) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// misconception returns the one that a literal like Misconception{ID: "blocked", ...} is, or nil.
func misconception(n ast.Node) *grade.Misconception {
	literal, ok := n.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	switch name := literal.Type.(type) {
	case *ast.Ident:
		ok = name.Name == "Misconception"
	case *ast.SelectorExpr:
		ok = name.Sel.Name == "Misconception"
	default:
		ok = false
	}
	m := &grade.Misconception{}
	fields := map[string]*string{"ID": &m.ID, "Belief": &m.Belief, "Truth": &m.Truth, "Lesson": &m.Lesson, "Section": &m.Section}
	for _, e := range literal.Elts {
		if pair, is := e.(*ast.KeyValueExpr); is {
			if key, is := pair.Key.(*ast.Ident); is && fields[key.Name] != nil {
				*fields[key.Name] = constant(pair.Value)
			} else if is {
				m.Guess = m.Guess || key.Name == "Guess" || key.Name == "Unknown"
			}
		}
	}
	if !ok || m.ID == "" {
		return nil
	}
	return m
}

// constant is the text of string literals that are put together with +.
func constant(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, _ := strconv.Unquote(e.Value)
		return text
	case *ast.BinaryExpr:
		return constant(e.X) + constant(e.Y)
	}
	return ""
}
