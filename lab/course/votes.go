package course

import (
	"fmt"
	"maps"
	"slices"
)

// Votes are what a class has predicted for the question of a lesson. They are
// numbers: who chose what, nobody can tell from them. Votes do not change; new ones are
// another value.
type Votes struct {
	By      map[string]int // how many have chosen each letter
	Present int            // how many people look on
}

// Of says how many have chosen a letter, and of how many: "12 of 30".
func (v *Votes) Of(letter string) string { return fmt.Sprintf("%d of %d", v.By[letter], v.Given()) }

// All says all of them: "a 3, b 12, c 15, of 30"; "": nobody has chosen.
func (v *Votes) All() string {
	if v.Given() == 0 {
		return ""
	}
	text := ""
	for _, letter := range slices.Sorted(maps.Keys(v.By)) {
		text += fmt.Sprintf("%s %d, ", letter, v.By[letter])
	}
	return fmt.Sprintf("%sof %d", text, v.Given())
}

// Given is how many have chosen any letter.
func (v *Votes) Given() (n int) {
	if v == nil {
		return 0
	}
	for _, by := range v.By {
		n += by
	}
	return n
}
