package course

// Votes are what a class has predicted for the question of a lesson. They are
// numbers: who chose what, nobody can tell from them. Votes do not change; new ones are
// another value.
type Votes struct {
	By      map[string]int // how many have chosen each letter
	Present int            // how many people look on
}

// Given is how many have chosen a letter.
func (v *Votes) Given() (n int) {
	if v == nil {
		return 0
	}
	for _, by := range v.By {
		n += by
	}
	return n
}
