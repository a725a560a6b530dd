package course

import (
	"path/filepath"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	table "github.com/yuin/goldmark/extension/ast"
)

// Guide is docs/instructor-guide.md, as far as a program says it again: what to say in
// each lesson and at each of its moments, and the plans of a class.
//
//	## 02 EV_PERSIST · 12 minutes
//
//	- **Ask**: "I wrote once. How many callbacks will there be?"
//	- **At `told-again`**: what to say at that moment
//
//	## A plan for 45 minutes
//
//	| minutes | lesson | what |
//	|---|---|---|
//	| 0-5 | 02 | The claim, aloud |
type Guide struct {
	Lessons map[int]Notes // by the lesson's number
	Plans   map[int]Plan  // by their minutes
}

// Notes are what the guide says of a lesson.
type Notes struct {
	Minutes int
	Points  []Point           // in their order, without those of the moments
	Moments map[string]string // by the key of the moment
}

// Point is something to say or to do, with its name: "Ask", "Common wrong answers".
type Point struct{ Name, Text string }

// Plan is what a class does, in the order of time.
type Plan []Part

// Part is a part of a plan.
type Part struct {
	From, To int // minutes from the beginning of the class
	Lesson   int // its number; 0: none
	What     string
}

// At returns the part of the plan for a minute of the class; ok is false after its end.
func (p Plan) At(minute int) (part Part, ok bool) {
	for _, part := range p {
		if minute >= part.From && minute < part.To {
			return part, true
		}
	}
	return Part{}, false
}

// ReadGuide reads the guide of the clone at root. Of a guide that cannot be read, and
// of a part in another shape, it knows nothing.
func ReadGuide(root string) Guide {
	g := Guide{Lessons: map[int]Notes{}, Plans: map[int]Plan{}}
	source, err := readText(filepath.Join(root, "docs", "instructor-guide.md"))
	if err != nil {
		return g
	}
	number, plan := 0, 0
	for n := Markdown(source).FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			number, plan = 0, 0
			words := strings.Fields(plain(n, source))
			if len(words) < 3 || words[len(words)-1] != "minutes" {
				continue
			}
			minutes, _ := strconv.Atoi(words[len(words)-2])
			if words[0] == "A" {
				plan = minutes
			} else if number, _ = strconv.Atoi(words[0]); number > 0 {
				g.Lessons[number] = Notes{Minutes: minutes, Moments: map[string]string{}}
			}
		case *ast.List:
			if number > 0 {
				g.Lessons[number] = g.Lessons[number].read(n, source)
			}
		case *table.Table:
			if plan > 0 {
				g.Plans[plan] = readPlan(n, source)
			}
		}
	}
	return g
}

// read adds the items of a list.
func (n Notes) read(list ast.Node, source []byte) Notes {
	for _, item := range children(list) {
		name, text, ok := leadIn(item.FirstChild(), source)
		if key, at := strings.CutPrefix(name, "At "); ok && at {
			n.Moments[key] = text
		} else if ok && name != "Moment" { // which of them matters most
			n.Points = append(n.Points, Point{name, text})
		}
	}
	return n
}

func readPlan(t *table.Table, source []byte) (p Plan) {
	for _, row := range children(t)[1:] { // below its headings
		var cells []string
		for _, cell := range children(row) {
			cells = append(cells, plain(cell, source))
		}
		from, to, ok := strings.Cut(cells[0], "-")
		if !ok || len(cells) < 3 {
			continue
		}
		part := Part{What: cells[2]}
		part.From, _ = strconv.Atoi(from)
		part.To, _ = strconv.Atoi(to)
		part.Lesson, _ = strconv.Atoi(cells[1])
		p = append(p, part)
	}
	return p
}
