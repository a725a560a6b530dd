// Package course is the catalogue: it reads the READMEs of lessons/, and it
// keeps the student's progress.
//
// A lesson's README is read by people on the web and by the program. So it has
// one fixed shape, which Check holds it to. The program knows a section by its
// key, in a comment above the heading, which the web does not show: the heading
// may be in any language.
//
//	# 01 select vs blocking I/O
//
//	<!-- section: claim -->
//	## Claim
//
//	> A server with two sources needs select, or a thread for each.
//
//	What the author did and concluded, in our own words.
//
//	Source: the post, section 1.
//
//	<!-- section: predict -->
//	## Predict
//
//	The question, in one or more paragraphs?
//
//	- **a.** the first option
//	- **b.** the second
//	- **c.** the third
//
//	<!-- section: run -->
//	## Run
//
//	    (a fenced block with the command)
//
//	1. **one blocking read**: what this step does
//	2. **select on both**: the bold name is the step's name in main.go
//
//	<!-- section: observe -->
//	## Observe
//
//	- **Who knows that b has spoken?** <!-- moment: nobody-looks --> The kernel.
//
//	<!-- section: explain -->
//	## Explain
//
//	    (a fenced block with the diagram, between paragraphs)
//
//	<!-- section: verdict -->
//	## Verdict
//
//	**Half true.** Why, in a sentence or two. (Or **True.**, or **False.**)
//
//	    (a fenced block with the transcript of a real run)
//
//	<!-- section: recall -->
//	## Recall
//
//	1. A question?
//
//	   *Answer:* its answer, in a paragraph of its own.
//
//	2. Another?
//
//	   *Answer:* and its answer. Two or three of them.
//
//	<!-- section: production -->
//	## In C, in production
//
//	<!-- section: change -->
//	## Change it
//
//	1. Three changes, in a numbered list; each asks for a prediction first. <!-- change: const limit = 5 -->
//
//	<!-- section: try -->
//	## Try it by hand
//
//	- Make b speak while a is silent. <!-- try: ready b and blocked read a -->
//
//	<!-- section: exercise -->
//	## Exercise
//
//	<!-- section: instructors -->
//	## For instructors
//
// Three more words are for the program. In another language than English they
// are told by their place or by a comment: the source is a last paragraph with
// a label (Source:, Quelle:), an answer begins with an emphasised label
// (*Answer:*), a step's name in main.go stands in a comment after its bold name
// (**der Reihe nach** <!-- read in turn -->: ...), and so does the verdict in
// its section's (<!-- section: verdict = half true -->).
//
// An item of Observe whose comment names a moment has its words: the question in
// bold, then the answer. The stage shows them where the program marks the moment,
// x.Moment("nobody-looks"), so they must fit its band at 80x24.
//
// The comment of a change is a piece of the line of the program at which it begins:
// the screen shows that place. It may be missing.
//
// The section try is for lessons that can be run by hand, and may be missing. Each of
// its three to five items is a thing to do, with the condition on the trace that ticks
// it off (lab/goal has the language): the stage shows them in a run by hand.
//
// The quoted line under Claim is the claim in one line: at most 120
// characters. A link to a file of the repository must lead to a file.
//
// The package knows what the READMEs say. It knows no drawing and no
// processes. Text that it returns is as it stands in the file: whoever draws
// it quotes what a terminal would obey.
package course

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// The keys of a lesson's sections.
const (
	KeyClaim       = "claim"
	KeyPredict     = "predict"
	KeyRun         = "run"
	KeyObserve     = "observe"
	KeyExplain     = "explain"
	KeyVerdict     = "verdict"
	KeyRecall      = "recall"
	KeyProduction  = "production"
	KeyChange      = "change"
	KeyTry         = "try"
	KeyExercise    = "exercise"
	KeyInstructors = "instructors"
)

// Keys are the sections of a lesson, in their order. All but KeyTry must be there.
var Keys = []string{
	KeyClaim, KeyPredict, KeyRun, KeyObserve, KeyExplain, KeyVerdict, KeyRecall,
	KeyProduction, KeyChange, KeyTry, KeyExercise, KeyInstructors,
}

// Catalogue is the course as it lies on disk.
type Catalogue struct {
	Root     string    // the clone
	Lessons  []*Lesson // by number, the flawed ones too
	Problems []Problem // what is wrong apart from any lesson
}

// Problem says what is wrong in a file, and the way out.
type Problem struct {
	File string // with slashes, from the root of the clone
	Line int    // from 1, or 0 for the file as a whole
	Text string // what is wrong or missing
	Do   string // what to do
}

func (p Problem) String() string {
	at := p.File
	if p.Line > 0 {
		at += ":" + strconv.Itoa(p.Line)
	}
	return fmt.Sprintf("%s: %s; %s", at, p.Text, p.Do)
}

// folderName is NN-name.
var folderName = regexp.MustCompile(`^(\d\d)-[a-z0-9]+(-[a-z0-9]+)*$`)

// Read reads the lessons of the clone at root. It always returns a catalogue:
// a lesson whose README is broken or missing is listed with its problems and
// with whatever could be read.
func Read(root string) *Catalogue {
	c := &Catalogue{Root: root}
	entries, err := os.ReadDir(filepath.Join(root, "lessons"))
	if err != nil {
		c.Problems = append(c.Problems, Problem{
			File: "lessons",
			Text: "the folder of the lessons cannot be read: " + reason(err),
			Do:   "start in a clone of fdlab, or fetch the folder back (git checkout lessons)",
		})
	}
	numbers := map[int]string{}
	for _, entry := range entries {
		name := entry.Name()
		if strings.HasPrefix(name, ".") || !entry.IsDir() {
			continue
		}
		if !folderName.MatchString(name) {
			c.Problems = append(c.Problems, Problem{
				File: path.Join("lessons", name),
				Text: fmt.Sprintf("the folder %q is not listed: its name is not NN-name", name),
				Do:   "name it with two digits, a hyphen and lower-case words, like 02-ev-persist",
			})
			continue
		}
		l := ReadLesson(root, path.Join("lessons", name))
		if other, taken := numbers[l.Number]; taken {
			l.Problems = append(l.Problems, Problem{
				File: l.Dir,
				Text: fmt.Sprintf("number %02d is taken by %s", l.Number, other),
				Do:   "give one of the two another number",
			})
		}
		numbers[l.Number] = name
		c.Lessons = append(c.Lessons, l)
	}
	return c
}

// Lesson returns the lesson with the given slug ("01-select-vs-blocking-io")
// or number ("01" or "1"), or nil.
func (c *Catalogue) Lesson(name string) *Lesson {
	number, err := strconv.Atoi(name)
	for _, l := range c.Lessons {
		if l.Slug == name || err == nil && l.Number == number {
			return l
		}
	}
	return nil
}

// reason is an error without the path and the call, which the problem's file
// says already.
func reason(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return err.Error()
}
