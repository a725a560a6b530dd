package course

import (
	"strings"
	"testing"
)

func titles(found []Found) (all []string) {
	for _, f := range found {
		all = append(all, f.Title)
	}
	return all
}

// library is the real course.
func library(t *testing.T) *Library {
	t.Helper()
	root := "../.."
	exercises, problems := ReadExercises(root)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return &Library{Terms: ReadGlossary(root), Lessons: Read(root).Lessons, Exercises: exercises}
}

// TestSearchFindsEachKindOfPlace: the terms of that name come first.
func TestSearchFindsEachKindOfPlace(t *testing.T) {
	l := library(t)
	found := l.Search("BACKLOG")
	if len(found) == 0 || found[0].Term == nil || found[0].Title != "backlog" || !strings.Contains(found[0].Excerpt, "listen(2)") {
		t.Fatalf("the first place for backlog is %+v", found)
	}
	kinds := map[string]bool{}
	for _, f := range found {
		switch {
		case f.Term != nil:
			kinds["term"] = true
		case f.Section != nil:
			kinds["lesson"] = true
			if !strings.Contains(strings.ToLower(f.Title+f.Excerpt), "backlog") {
				t.Errorf("%s: the excerpt %q does not have the word", f.Title, f.Excerpt)
			}
		case f.Exercise != nil:
			kinds["exercise"] = true
		}
	}
	if len(kinds) != 3 {
		t.Errorf("backlog is found in %v, want terms, lessons and exercises: %q", kinds, titles(found))
	}
	if got := l.Search("backlog nowhere-in-the-course"); len(got) != 0 {
		t.Errorf("one of two words is enough for %q", titles(got))
	}
	if got := l.Search(" "); got != nil {
		t.Errorf("nothing is found in %q", titles(got))
	}
}

// TestWhatIsHiddenIsNotFound: what a lesson shows is not told before its run.
func TestWhatIsHiddenIsNotFound(t *testing.T) {
	l := library(t)
	l.Hidden = func(l *Lesson, s *Section) bool { return s.Key == KeyVerdict }
	for _, f := range l.Search("false") {
		if f.Section != nil && f.Section.Key == KeyVerdict {
			t.Errorf("found: %s", f.Title)
		}
	}
}

// TestTheHintsOfAnExerciseAreNotFound: they are uncovered one by one.
func TestTheHintsOfAnExerciseAreNotFound(t *testing.T) {
	l := library(t)
	for _, e := range l.Exercises {
		text := e.Text()
		for _, h := range e.Hints {
			first, _, _ := strings.Cut(h.Text, "\n")
			if first = strings.NewReplacer("`", "", "*", "").Replace(first); len(first) > 20 && strings.Contains(text, first) {
				t.Errorf("%s: the text has the hint %q", e.Slug, first)
			}
		}
	}
}

func TestATermIsAWordOfItsOwn(t *testing.T) {
	base := Term{Names: []string{"base", "event base"}}
	for text, want := range map[string]bool{
		"one base for each thread": true,
		"Bases, and more":          true,
		"(base)":                   true,
		"a database":               false,
		"based on":                 false,
		"database and base":        true,
		"base_loop":                false,
		"":                         false,
	} {
		if got := base.In(text); got != want {
			t.Errorf("the term stands in %q: %v, want %v", text, got, want)
		}
	}
}

func TestTheGlossaryIsReadWhole(t *testing.T) {
	terms := ReadGlossary("../..")
	seen := map[string]string{}
	for _, term := range terms {
		for _, name := range term.Names {
			if seen[name] != "" {
				t.Errorf("%q stands there twice", name)
			}
			seen[name] = term.Text
		}
		if term.Text == "" || strings.ContainsAny(term.Text, "*`\n") {
			t.Errorf("%q means %q", term.Names, term.Text)
		}
	}
	for _, name := range []string{"backlog", "EOF", "TIME_WAIT", "ready", "watched", "noticed"} {
		if seen[name] == "" {
			t.Errorf("%q is not among the %d terms", name, len(terms))
		}
	}
	if got := ReadGlossary(t.TempDir()); got != nil {
		t.Errorf("a folder without a glossary has %v", got)
	}
}
