package course

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"fdlab/lab/goal"
)

// Lesson is one folder of lessons/, as far as its README could be read. It
// does not change after ReadLesson.
type Lesson struct {
	Number int
	Slug   string // "01-select-vs-blocking-io"
	Dir    string // "lessons/01-select-vs-blocking-io", from the root of the clone
	Title  string // without the number; made from the slug if there is none

	Claim      string // in one line
	Question   Question
	Steps      []Step
	Verdict    string // "true", "half true" or "false"; "" if not said
	Transcript string // of a real run
	Recall     []Recall
	Moments    []Moment   // in the order of the run
	Changes    []Change   // to the program
	Tries      []Try      // for a run by hand
	Sections   []*Section // those that were found, as they stand in the file

	Source   []byte    // the README; the nodes of the sections point into it
	Problems []Problem // what Check found

	inProgram []string // the name of each of Steps in main.go
}

// Section is a part of the README under one heading.
type Section struct {
	Key     string     // one of Keys; "" if no comment above the heading gives one
	Value   string     // what the comment says besides: "half true"
	Heading string     // in whatever language
	Line    int        // of the heading
	Nodes   []ast.Node // the blocks under it, in order; Lesson.Source is their source
	Text    []byte     // the same as Markdown text
}

// Question is the question of Predict.
type Question struct {
	Text    string // its paragraphs, as plain text
	Options []Option
	ID      string // another one for each change of the words, or of their order
}

// identify returns the ID of a question. It is a hash of the words, so that no
// author of a lesson must remember to count.
func (q Question) identify() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q", q.Text)
	for _, o := range q.Options {
		fmt.Fprintf(h, "%q%q", o.Letter, o.Text)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}

// Option is one of its answers.
type Option struct {
	Letter string // "a", "b", "c", "d"
	Text   string
}

// Step is one of the steps of Run.
type Step struct {
	Name string // as in main.go and on the screen
	Text string // what it does
}

// Recall is a question that is asked after the verdict.
type Recall struct {
	Question, Answer string
}

// Change is a change to the program, to be made by the student.
type Change struct {
	Text string
	At   string // a piece of the line at which it begins; "": the README does not say
}

// Try is a thing to do in a run by hand.
type Try struct {
	Text string
	Goal *goal.Goal // is met when it has been done
}

// Moment is what the stage stops at: a moment that main.go marks.
type Moment struct {
	Key              string // as in main.go: x.Moment("told-again")
	Question, Answer string // as plain text
}

// Moment returns the words of a moment; without any, the key has to do.
func (l *Lesson) Moment(key string) Moment {
	for _, m := range l.Moments {
		if m.Key == key {
			return m
		}
	}
	return Moment{Key: key, Question: key}
}

// Section returns the section of a key, or nil if the README lacks it.
func (l *Lesson) Section(key string) *Section {
	for _, s := range l.Sections {
		if s.Key == key {
			return s
		}
	}
	return nil
}

// Heading returns the heading of a key's section, or the key if the README
// lacks it.
func (l *Lesson) Heading(key string) string {
	if s := l.Section(key); s != nil {
		return s.Heading
	}
	return key
}

// Heading returns the heading of a section of the lesson with that slug, as a
// student reads it; "" if no lesson is named.
func Heading(root, lesson, key string) string {
	if lesson == "" {
		return ""
	}
	return ReadLesson(root, path.Join("lessons", lesson)).Heading(key)
}

// longestREADME keeps a file that is no README out of memory.
const longestREADME = 1 << 20

// ReadLesson reads the lesson in dir, a path from root with slashes. It always
// returns a lesson; Problems says what could not be read.
func ReadLesson(root, dir string) *Lesson {
	slug := path.Base(dir)
	number, name, _ := strings.Cut(slug, "-")
	l := &Lesson{Slug: slug, Dir: dir, Title: strings.ReplaceAll(name, "-", " ")}
	l.Number, _ = strconv.Atoi(number)

	source, err := readText(filepath.Join(root, filepath.FromSlash(l.readme())))
	if err != nil {
		l.Problems = []Problem{{
			File: l.readme(),
			Text: "the lesson's text cannot be read: " + reason(err),
			Do:   "write it (go doc fdlab/lab/course shows its shape), or fetch it back: git checkout " + l.readme(),
		}}
	} else {
		l.Source = source
		l.parse()
	}
	l.Problems = append(l.Problems, checkFiles(l, root)...)
	return l
}

func (l *Lesson) readme() string { return path.Join(l.Dir, "README.md") }

// readText reads a text file of a reasonable size. A FIFO would block the
// reader for ever, so only a regular file is opened.
func readText(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("it is not a regular file")
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	source, err := io.ReadAll(io.LimitReader(file, longestREADME+1))
	switch {
	case err != nil:
		return nil, err
	case len(source) > longestREADME:
		return nil, fmt.Errorf("it is longer than %d bytes", longestREADME)
	case !utf8.Valid(source):
		return nil, fmt.Errorf("it is not UTF-8 text")
	}
	return bytes.TrimPrefix(source, []byte("\ufeff")), nil
}

// Markdown parses the subset of Markdown that a README uses: that of
// CommonMark, and tables.
func Markdown(source []byte) ast.Node {
	md := goldmark.New(goldmark.WithExtensions(extension.Table))
	return md.Parser().Parse(text.NewReader(source))
}

// parse fills in the lesson from its source, and notes what is missing.
func (l *Lesson) parse() {
	doc := Markdown(l.Source)
	l.split(doc)
	l.Problems = append(l.Problems, checkOrder(l)...)
	for _, s := range l.Sections {
		if read := readers[s.Key]; read != nil {
			l.Problems = append(l.Problems, read(l, s)...)
		} else if len(s.Nodes) == 0 {
			l.Problems = append(l.Problems, l.problem(s.Line,
				fmt.Sprintf("section %q is empty", s.Heading), "write it"))
		}
	}
}

// split cuts the document into its sections.
func (l *Lesson) split(doc ast.Node) {
	titled := false
	var last, next *Section // next: its key was read, its heading comes
	end := 0                // the line that ends the last section
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		switch {
		case ok && h.Level == 1 && !titled:
			titled = true
			l.title(plain(h, l.Source), l.line(h))
		case ok && h.Level <= 2:
			line := l.line(h)
			if next == nil {
				next, end = &Section{}, line
			}
			l.textUntil(end)
			last, next = next, nil
			last.Heading, last.Line = plain(h, l.Source), line
			l.Sections = append(l.Sections, last)
		case keyed(n, l.Source) != nil:
			next, end = keyed(n, l.Source), l.line(n)
		case last != nil:
			last.Nodes = append(last.Nodes, n)
		}
	}
	if !titled {
		l.Problems = append(l.Problems, l.problem(1, "the title is missing",
			fmt.Sprintf("begin with \"# %02d %s\"", l.Number, l.Title)))
	}
	l.textUntil(bytes.Count(l.Source, []byte("\n")) + 2)
}

// textUntil ends the last section before a line.
func (l *Lesson) textUntil(line int) {
	if n := len(l.Sections); n > 0 {
		l.Sections[n-1].Text = lines(l.Source, l.Sections[n-1].Line+1, line)
	}
}

// sectionComment gives a section its key, and maybe a value.
var sectionComment = regexp.MustCompile(`^<!-- *section: *([a-z]+)(?: *= *(.*?))? *-->$`)

// keyed returns the section that a comment announces, or nil for any other
// block.
func keyed(n ast.Node, source []byte) *Section {
	comment, ok := n.(*ast.HTMLBlock)
	if !ok {
		return nil
	}
	found := sectionComment.FindStringSubmatch(strings.TrimSpace(code(comment, source)))
	if found == nil {
		return nil
	}
	return &Section{Key: found[1], Value: found[2]}
}

// title takes "01 select vs blocking I/O" apart.
func (l *Lesson) title(heading string, line int) {
	number, title, _ := strings.Cut(heading, " ")
	want := fmt.Sprintf("%02d", l.Number)
	if number != want || title == "" {
		l.Problems = append(l.Problems, l.problem(line,
			fmt.Sprintf("the title %q does not begin with the folder's number", heading),
			fmt.Sprintf("write \"# %s\" and the title", want)))
		title = heading
	}
	if title != "" {
		l.Title = title
	}
}

func (l *Lesson) problem(line int, what, do string) Problem {
	return Problem{File: l.readme(), Line: line, Text: what, Do: do}
}
