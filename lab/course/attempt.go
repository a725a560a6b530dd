package course

import "time"

// Attempt is what the student has done with an exercise.
type Attempt struct {
	Solved bool      `json:"solved"`          // it passed once; it stays so
	Passes bool      `json:"passes"`          // the last check did
	Told   string    `json:"told,omitempty"`  // the misconception that the last check told
	Tries  int       `json:"tries"`           // how many checks there were, counted by SaveAttempt
	Hints  int       `json:"hints,omitempty"` // how many were shown
	At     time.Time `json:"at"`              // of the last check or hint
}

// LoadAttempts returns the attempts by the exercise's slug. Errors are as in
// Load.
func (p Progress) LoadAttempts() (map[string]Attempt, error) {
	f, err := p.read()
	return f.Exercises, p.explain(err)
}

// SaveAttempt enters a check of the exercise: whether it passed, and if not
// what it was told. Errors are as in Save.
func (p Progress) SaveAttempt(slug string, passes bool, told string, at time.Time) error {
	return p.change(func(f *progressFile) {
		a := f.Exercises[slug]
		a.Solved = a.Solved || passes
		a.Passes, a.Told, a.At = passes, told, at
		a.Tries++
		f.Exercises[slug] = a
	})
}

// SaveHint enters that n hints of the exercise were shown so far.
func (p Progress) SaveHint(slug string, n int, at time.Time) error {
	return p.change(func(f *progressFile) {
		a := f.Exercises[slug]
		a.Hints, a.At = max(a.Hints, n), at
		f.Exercises[slug] = a
	})
}

// State says where the student stands, in a few words.
func (a Attempt) State() string {
	switch {
	case a.Solved && a.Passes:
		return "solved"
	case a.Solved:
		return "solved before, now fails"
	case a.Tries > 0:
		return "not passed: " + a.Told
	case a.Hints > 0:
		return "hints read"
	}
	return "not tried"
}
