package course

import (
	"fmt"
	"maps"
	"slices"
)

// Votes are what a class has predicted for the question of a lesson. They are counts,
// and do not say who chose what. A Votes does not change; new votes are another value.
type Votes struct {
	By      map[string]int // how many have chosen each letter
	Present int            // how many people look on
}

// Of says how many have chosen a letter, and of how many: "12 of 30".
func (v *Votes) Of(letter string) string { return fmt.Sprintf("%d of %d", v.By[letter], v.Given()) }

// All says all of them: "12 of 30 said a, 18 b"; "": nobody has chosen.
func (v *Votes) All() string {
	if v.Given() == 0 {
		return ""
	}
	letters := slices.Sorted(maps.Keys(v.By))
	text := v.Of(letters[0]) + " said " + letters[0]
	for _, letter := range letters[1:] {
		text += fmt.Sprintf(", %d %s", v.By[letter], letter)
	}
	return text
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
