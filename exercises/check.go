package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"fdlab/lab/course"
	"fdlab/lab/grade"
	"fdlab/lab/grade/exams"
)

func (t *tool) check(words []string) int {
	var chosen []*course.Exercise
	for _, word := range words {
		if word == "all" {
			chosen = append(chosen, t.all...)
			continue
		}
		e := t.one([]string{word})
		if e == nil {
			return misuse
		}
		chosen = append(chosen, e)
	}
	if len(words) == 0 {
		e := t.next()
		if e == nil {
			fmt.Fprintln(t.out, "all exercises are solved; name one to check it again")
			return fine
		}
		chosen = append(chosen, e)
	}
	status := fine
	reports := []report{}
	for _, e := range chosen {
		r := t.try(e)
		if t.ctx.Err() != nil {
			return brokenOff
		}
		reports = append(reports, t.report(r))
		status = max(status, statusOf(r))
		if !t.json {
			t.tell(e, r)
		}
	}
	if t.json {
		status = max(status, t.writeJSON(reports))
	}
	return status
}

// reportVersion is that of the JSON that check puts out: it grows when a field goes
// or means something else.
const reportVersion = 1

// report is a result for another program: a course's, a spreadsheet's.
type report struct {
	Version       int       `json:"version"`
	Time          time.Time `json:"time"`                    // of the verdict
	Misconception string    `json:"misconception,omitempty"` // what it was told, of a program that failed
	Attempts      int       `json:"attempts"`                // how many checks of this exercise there were in this clone, with this one
	Points        *int      `json:"points"`                  // checks that are passed; null: not judged
	Of            int       `json:"of"`                      // how many checks there are
	*grade.Result
}

func (t *tool) report(r *grade.Result) report {
	all := report{Version: reportVersion, Time: time.Now().UTC().Truncate(time.Second), Misconception: r.Told(),
		Attempts: t.attempts[r.Exercise].Tries, Of: len(r.Checks), Result: r}
	if r.Outcome == grade.NotJudged {
		return all
	}
	points := 0
	for _, c := range r.Checks {
		if c.Outcome == grade.Passed {
			points++
		}
	}
	all.Points = &points
	return all
}

func statusOf(r *grade.Result) int {
	switch r.Outcome {
	case grade.Passed:
		return fine
	case grade.Failed:
		return notPassed
	}
	return notJudged
}

// try grades the student's working copy, and keeps what came of it.
func (t *tool) try(e *course.Exercise) *grade.Result {
	exam := exams.ByName(e.Slug)
	if exam == nil {
		return &grade.Result{Exercise: e.Slug, Outcome: grade.NotJudged,
			Err: "this exercise has no exam: add one to lab/grade/exams/exams.go"}
	}
	if _, err := os.Stat(e.MainFile(t.root)); errors.Is(err, os.ErrNotExist) {
		return &grade.Result{Exercise: e.Slug, Outcome: grade.NotJudged,
			Err: fmt.Sprintf("%s has no main.go: go run ./exercises reset %02d puts the starter there", e.Dir, e.Number)}
	}
	program := e.Program(t.root)
	r := grade.Run(t.ctx, t.root, "./"+e.Dir, exam)
	if f := r.Feedback; f != nil {
		f.Heading = course.Heading(t.root, f.Lesson, f.Section)
	}
	if r.Outcome != grade.NotJudged {
		if err := t.progress.SaveAttempt(e.Slug, program, r.Outcome == grade.Passed, r.Told(), time.Now().UTC().Truncate(time.Second)); err != nil {
			fmt.Fprintln(t.err, err)
		}
		t.attempts, _ = t.progress.LoadAttempts()
	}
	return r
}

// tell says a result to a person.
func (t *tool) tell(e *course.Exercise, r *grade.Result) {
	fmt.Fprintf(t.out, "%02d %s: %s\n\n%s", e.Number, e.Title, r.Outcome, r.Text(t.width()))
	if r.Outcome == grade.Failed && len(r.Printed) > 0 {
		fmt.Fprintf(t.out, "\n  the program's last lines\n")
		for _, line := range r.Printed[max(0, len(r.Printed)-4):] {
			fmt.Fprintf(t.out, "    | %s\n", strings.Join(folded(line, t.width()-6, 3), "\n      "))
		}
	}
	fmt.Fprintln(t.out)
	switch {
	case r.Outcome == grade.Passed:
		fmt.Fprintf(t.out, "  compare: go run ./exercises solution %02d\n", e.Number)
		if next := t.next(); next != nil {
			fmt.Fprintf(t.out, "  next:    %02d %s (exercises/%s)\n", next.Number, next.Title, next.Slug)
		}
	case r.Outcome == grade.Failed && e.Untouched(t.root):
		fmt.Fprintf(t.out, "  this is still the starter: read exercises/%s/README.md, then edit main.go there\n", e.Slug)
	case r.Outcome == grade.Failed:
		fmt.Fprintf(t.out, "  stuck? go run ./exercises hint %02d\n", e.Number)
	}
}

// folded cuts a line into rows of at most width runes, and at most so many: the
// way out that an error names stands at its end.
func folded(line string, width, rows int) (all []string) {
	runes := []rune(line)
	for len(runes) > width && len(all) < rows-1 {
		all = append(all, string(runes[:width]))
		runes = runes[width:]
	}
	return append(all, string(runes[:min(len(runes), width)]))
}
