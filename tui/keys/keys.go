// Package keys is the form of a key table: which keys do what, and when they
// are offered. A screen has one table, and from it come what a press does,
// the row of keys at the bottom and the lines of the help, so that they cannot
// disagree.
package keys

import "slices"

// Hint is a key and what it does, in words.
type Hint struct{ Key, Does string }

// Key is one row of a table. S is what the key works on, R what comes of it.
type Key[S, R any] struct {
	Names []string // the presses that do it, as a terminal calls them: "left", "h", " "
	Sign  string   // how it is written for people: "← →"

	// Now says how the key is offered at this moment: what it does, and, where
	// that is not Sign, how it is written. Without words it is not offered. nil:
	// it never is, and the help alone tells of it.
	Now func(S) Hint

	// Help says what the key does, in whole sentences. Empty: the row before
	// says it, as "← →" does for both.
	Help string

	Do func(S) R
}

// Table is the keys of a screen. The first ones stand first in the row of keys.
type Table[S, R any] []Key[S, R]

// Do does what a press does. ok is false where the table has no such key.
func (t Table[S, R]) Do(s S, name string) (r R, ok bool) {
	for i := range t {
		if slices.Contains(t[i].Names, name) {
			return t[i].Do(s), true
		}
	}
	return r, false
}

// Now returns the keys that are offered at this moment.
func (t Table[S, R]) Now(s S) []Hint {
	var now []Hint
	for i := range t {
		if t[i].Now == nil {
			continue
		}
		h := t[i].Now(s)
		if h.Does == "" {
			continue
		}
		if h.Key == "" {
			h.Key = t[i].Sign
		}
		now = append(now, h)
	}
	return now
}

// Second moves a key to the second place in the row, where it finds room on any screen. It
// changes all.
func Second(all []Hint, key string) []Hint {
	for i, h := range all {
		if h.Key == key && i > 1 {
			copy(all[2:i+1], all[1:i])
			all[1] = h
		}
	}
	return all
}

// Help returns a line for each key that has one.
func (t Table[S, R]) Help() []Hint {
	var help []Hint
	for i := range t {
		if t[i].Help != "" {
			help = append(help, Hint{t[i].Sign, t[i].Help})
		}
	}
	return help
}

// Lift makes keys of S of keys of T. has returns the T that they are offered by; false: there is
// none now. does lets a press do what the key does to a T.
func Lift[S, R, T, Q any](of Table[T, Q], has func(S) (T, bool), does func(S, func(T) Q) R) Table[S, R] {
	var lifted Table[S, R]
	for _, k := range of {
		one := Key[S, R]{Names: k.Names, Sign: k.Sign, Help: k.Help, Do: func(s S) R { return does(s, k.Do) }}
		if k.Now != nil {
			one.Now = func(s S) (h Hint) {
				if t, ok := has(s); ok {
					h = k.Now(t)
				}
				return h
			}
		}
		lifted = append(lifted, one)
	}
	return lifted
}

// Names returns all presses that the table knows.
func (t Table[S, R]) Names() (all []string) {
	for i := range t {
		all = append(all, t[i].Names...)
	}
	return all
}

// Always offers a key with the same words at every moment.
func Always[S any](does string) func(S) Hint {
	return func(S) Hint { return Hint{Does: does} }
}
