package main

import (
	"fmt"

	"fdlab/lab/course"
)

// verify is for contributors: what the student gets is the starter. It is a
// command and no test, because in a student's clone it does not hold.
func (t *tool) verify(words []string) int {
	status := fine
	chosen := t.all
	if len(words) > 0 {
		chosen = nil
		for _, word := range words {
			e := t.one([]string{word})
			if e == nil {
				return misuse
			}
			chosen = append(chosen, e)
		}
	}
	for _, e := range chosen {
		if !e.Untouched(t.root) {
			fmt.Fprintf(t.out, "exercises/%s/main.go is not testdata/starter/main.go\n", e.Slug)
			status = notPassed
		}
	}
	return status
}

// scaffold makes a new exercise or lesson.
func (t *tool) scaffold(words []string) int {
	kinds := map[string]func(root, slug string) ([]string, error){
		"exercise": course.Scaffold, "lesson": course.ScaffoldLesson,
	}
	if len(words) != 2 || kinds[words[0]] == nil {
		return t.misused("new what? Say: new exercise 12-name, or new lesson 12-name")
	}
	made, err := kinds[words[0]](t.root, words[1])
	for _, name := range made {
		fmt.Fprintln(t.out, "made", name)
	}
	if err != nil {
		fmt.Fprintln(t.err, err)
		return misuse
	}
	fmt.Fprintln(t.out, "\nfill in the TODOs: docs/adding-a-lesson.md says how, and which test says what is missing")
	return fine
}
