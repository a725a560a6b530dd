package course

import (
	"io"
	"regexp"
	"slices"
	"strconv"
	"time"

	"fdlab/lab/sheet"
)

// Tried is what came of one run of a lesson. Its Runs is its number among the runs of that lesson.
type Tried struct {
	Lesson string `json:"lesson"` // its slug
	Result
}

// mostTries is how many runs are kept: of more the oldest are dropped.
const mostTries = 1000

// Tries returns what came of each run, in the order of time. An earlier fdlab kept only the
// last run of a lesson; then that one is returned. For a lesson that was predicted and not yet
// run, it returns the prediction, with no time.
func (p Progress) Tries() ([]Tried, error) {
	f, err := p.read()
	if err != nil {
		return nil, p.explain(err)
	}
	all := slices.Clone(f.Tries)
	for slug, r := range f.Lessons {
		last := Result{}
		for _, t := range f.Tries {
			if t.Lesson == slug {
				last = t.Result
			}
		}
		switch {
		case r.Runs > last.Runs:
			all = append(all, Tried{slug, r})
		case r.Prediction != "" && (r.Prediction != last.Prediction || r.Question != last.Question):
			all = append(all, Tried{slug, Result{Question: r.Question, Prediction: r.Prediction}})
		}
	}
	slices.SortStableFunc(all, func(a, b Tried) int {
		if a.At.IsZero() != b.At.IsZero() { // what was not run comes last
			return map[bool]int{true: 1, false: -1}[a.At.IsZero()]
		}
		return a.At.Compare(b.At)
	})
	return all, nil
}

// WriteTries writes runs as CSV, one row for each. right is empty where
// nothing was predicted, or the run gave no answer.
func WriteTries(out io.Writer, c *Catalogue, tries []Tried) error {
	w := sheet.New(out)
	w.Row("lesson", "title", "run", "question", "predicted", "answer", "right", "verdict", "time")
	for _, t := range tries {
		title, right, at, run := "", "", "", ""
		if l := c.Lesson(t.Lesson); l != nil {
			title = l.Title
		}
		if held, judged := t.Right(); judged {
			right = map[bool]string{true: "yes", false: "no"}[held]
		}
		if !t.At.IsZero() {
			at, run = t.At.UTC().Format(time.RFC3339), strconv.Itoa(t.Runs)
		}
		w.Row(t.Lesson, title, run, t.Question, t.Prediction, t.Answer, right, t.Verdict, at)
	}
	return w.Flush()
}

// WriteQuestions writes what the lessons ask as CSV: a row for the
// question of Predict, with its options and what the answer is computed from, and one for
// each of Recall, with its answer.
func WriteQuestions(out io.Writer, c *Catalogue) error {
	w := sheet.New(out)
	w.Row("lesson", "title", "kind", "question", "a", "b", "c", "d", "answer", "id")
	for _, l := range c.Lessons {
		var options [4]string
		for i, o := range l.Question.Options {
			if i < len(options) {
				options[i] = o.Text
			}
		}
		w.Row(l.Slug, l.Title, "predict", l.Question.Text, options[0], options[1], options[2], options[3], l.answer(), l.Question.ID)
		for _, r := range l.Recall {
			w.Row(l.Slug, l.Title, "recall", r.Question, "", "", "", "", r.Answer, "")
		}
	}
	return w.Flush()
}

// answerLine is what a lesson's program prints.
var answerLine = regexp.MustCompile(`(?m)^answer to Predict: ([a-d])$`)

// answer is the letter that the run of the README has measured, or "".
func (l *Lesson) answer() string {
	found := answerLine.FindStringSubmatch(l.Transcript)
	if found == nil {
		return ""
	}
	return found[1]
}
