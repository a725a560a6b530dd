package course

import (
	"fmt"
	"slices"
	"strings"
)

// Library is what can be searched.
type Library struct {
	Terms     []Term
	Lessons   []*Lesson
	Exercises []*Exercise

	// Hidden reports whether the reader may not see a section yet; nil: every section may be seen.
	Hidden func(*Lesson, *Section) bool
}

// Found is a place that has what was searched for: a term, a section of a lesson,
// or an exercise.
type Found struct {
	Term     *Term
	Lesson   *Lesson
	Section  *Section // of Lesson
	Exercise *Exercise

	Title   string
	Excerpt string // of the text: the part that has the words; of a term: all of it
}

// Search returns all places that have each word of the query, in any case: first
// the terms of that name, then the terms that say it, then the lessons and the
// exercises in the order of the course.
func (l *Library) Search(query string) (all []Found) {
	words := strings.Fields(strings.ToLower(query))
	if len(words) == 0 {
		return nil
	}
	var said []Found
	for i := range l.Terms {
		t := &l.Terms[i]
		name := strings.Join(t.Names, ", ")
		found := Found{Term: t, Title: name, Excerpt: t.Text}
		switch {
		case has(name, words):
			all = append(all, found)
		case has(name+" "+t.Text, words):
			said = append(said, found)
		}
	}
	all = append(all, said...)
	for _, lesson := range l.Lessons {
		title := fmt.Sprintf("lesson %02d %s", lesson.Number, lesson.Title)
		for _, s := range lesson.Sections {
			if l.Hidden != nil && l.Hidden(lesson, s) {
				continue
			}
			text := s.plain(lesson.Source)
			if has(text, words) || s.Key == KeyClaim && has(title, words) {
				all = append(all, Found{Lesson: lesson, Section: s, Title: title + ": " + s.Heading, Excerpt: excerpt(text, words[0])})
			}
		}
	}
	for _, e := range l.Exercises {
		title := fmt.Sprintf("exercise %02d %s", e.Number, e.Title)
		text := e.Text()
		if has(title+" "+text, words) {
			all = append(all, Found{Exercise: e, Title: title, Excerpt: excerpt(text, words[0])})
		}
	}
	return all
}

// TermsIn returns the terms that a text has, in the order of the glossary.
func (l *Library) TermsIn(text string) (all []Found) {
	for i := range l.Terms {
		if t := &l.Terms[i]; t.In(text) {
			all = append(all, Found{Term: t, Title: strings.Join(t.Names, ", "), Excerpt: t.Text})
		}
	}
	return all
}

func has(text string, words []string) bool {
	text = strings.ToLower(text)
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}

// plain returns the text of a section without marks, on one line.
func (s *Section) plain(source []byte) string {
	parts := make([]string, len(s.Nodes))
	for i, n := range s.Nodes {
		parts[i] = plain(n, source)
	}
	return strings.Join(parts, " ")
}

// Text returns what an exercise says before it is solved, without marks, on one
// line: its hints are not in it.
func (e *Exercise) Text() string {
	var parts []string
	for _, s := range e.Sections {
		if !strings.EqualFold(s.Heading, "Hints") {
			parts = append(parts, s.plain(e.Source))
		}
	}
	return strings.Join(parts, " ")
}

// excerpt returns the part of a text that begins a few words before a word.
func excerpt(text, word string) string {
	at := max(strings.Index(strings.ToLower(text), word), 0)
	if at > len(text) { // a letter that is longer in lower case
		return text
	}
	begin := strings.LastIndexAny(text[:max(at-30, 0)], " ") + 1
	if begin == 0 {
		return text
	}
	return "… " + text[begin:]
}
