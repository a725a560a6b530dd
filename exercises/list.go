package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"fdlab/lab/course"
	"fdlab/lab/phrase"
)

// row is an exercise in the list, for -json.
type row struct {
	Exercise string `json:"exercise"`
	Title    string `json:"title"`
	Lesson   string `json:"lesson"`
	course.Attempt
	Changed bool `json:"changed"` // since the last check: what that said is of another program
}

func (t *tool) row(e *course.Exercise) row {
	a := t.attempts[e.Slug]
	return row{e.Slug, e.Title, e.Lesson, a, a.Stale(e.Program(t.root))}
}

// passesNow says that the program as it stands now has passed.
func (r row) passesNow() bool { return r.Passes && !r.Changed }

// passing counts the exercises whose program passes as it stands now, and those
// that have passed at any time.
func (t *tool) passing() (now, ever int) {
	for _, e := range t.all {
		r := t.row(e)
		if r.passesNow() {
			now++
		}
		if r.Solved {
			ever++
		}
	}
	return now, ever
}

// list shows all exercises, or one.
func (t *tool) list(words []string) int {
	chosen := t.all
	if len(words) > 0 {
		e := t.one(words)
		if e == nil {
			return misuse
		}
		chosen = []*course.Exercise{e}
	}
	var rows []row
	for _, e := range chosen {
		rows = append(rows, t.row(e))
	}
	switch {
	case t.json:
		return t.writeJSON(rows)
	case len(words) > 0:
		t.listOne(chosen[0], rows[0])
		return fine
	}
	now, ever := t.passing()
	fmt.Fprintf(t.out, "exercises: %d of %d pass", now, len(t.all))
	if ever != now {
		fmt.Fprintf(t.out, " now; passed at some time: %d", ever)
	}
	fmt.Fprint(t.out, "\n\n")
	title := min(46, t.width()-26) // on a narrow terminal there is room for both columns, too
	for i, e := range t.all {
		fmt.Fprintf(t.out, "  %02d  %-*s  %s\n", e.Number, title, cut(e.Title, title), cut(rows[i].State(rows[i].Changed), t.width()-title-8))
	}
	if e := t.next(); e != nil {
		fmt.Fprintf(t.out, "\nnext: %s\n  read   exercises/%s/README.md\n  edit   exercises/%s/main.go\n  check  go run ./exercises check   (or watch)\n",
			e.Title, e.Slug, e.Slug)
	}
	return fine
}

// listOne shows all that is known of one exercise.
func (t *tool) listOne(e *course.Exercise, r row) {
	fmt.Fprintf(t.out, "%02d %s: %s\n\n", e.Number, e.Title, r.State(r.Changed))
	fmt.Fprintf(t.out, "  lesson    lessons/%s/README.md\n", e.Lesson)
	fmt.Fprintf(t.out, "  task      %s/README.md\n", e.Dir)
	fmt.Fprintf(t.out, "  program   %s/main.go\n", e.Dir)
	fmt.Fprintf(t.out, "  checked   %s", phrase.Counted(r.Tries, "time"))
	if r.Tries > 0 {
		fmt.Fprintf(t.out, ", last on %s", r.At.Local().Format("2 January, 15:04"))
	}
	fmt.Fprintf(t.out, "\n  hints     %d of %d read\n", min(r.Hints, len(e.Hints)), len(e.Hints))
	fmt.Fprintln(t.out, "\n  checks")
	for i, c := range e.Checks {
		fmt.Fprintf(t.out, "    %d  %s\n", i+1, c.Name)
	}
	if r.Told != "" && !r.Changed {
		fmt.Fprintf(t.out, "\n  explain   go run ./exercises explain %s\n", r.Told)
	}
}

// cut shortens a text to so many runes, with a sign that it goes on.
func cut(text string, most int) string {
	if most < 1 {
		return ""
	}
	if runes := []rune(text); len(runes) > most {
		return strings.TrimRight(string(runes[:most-1]), " ") + "…"
	}
	return text
}

func (t *tool) writeJSON(v any) int {
	if err := encode(t.out, v); err != nil {
		fmt.Fprintln(t.err, err)
		return notJudged
	}
	return fine
}

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
