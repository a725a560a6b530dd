package main

import (
	"encoding/json"
	"fmt"
	"io"

	"fdlab/lab/course"
)

// row is an exercise in the list, for -json.
type row struct {
	Exercise string `json:"exercise"`
	Title    string `json:"title"`
	Lesson   string `json:"lesson"`
	course.Attempt
}

func (t *tool) list([]string) int {
	solved := 0
	var rows []row
	for _, e := range t.all {
		a := t.attempts[e.Slug]
		if a.Solved {
			solved++
		}
		rows = append(rows, row{e.Slug, e.Title, e.Lesson, a})
	}
	if t.json {
		return t.writeJSON(rows)
	}
	fmt.Fprintf(t.out, "exercises: %d of %d solved\n\n", solved, len(t.all))
	for i, e := range t.all {
		fmt.Fprintf(t.out, "  %02d  %-33s  %-48s  lesson %.2s\n", e.Number, rows[i].State(), e.Title, e.Lesson)
	}
	if e := t.next(); e != nil {
		fmt.Fprintf(t.out, "\nnext: %s\n  read   exercises/%s/README.md\n  edit   exercises/%s/main.go\n  check  go run ./exercises check   (or watch)\n",
			e.Title, e.Slug, e.Slug)
	}
	return fine
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
