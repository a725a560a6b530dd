package main

import "regexp"

// Known is a contradiction that is known and not mended yet. The list must become
// empty: what no longer occurs is taken off it.
type Known struct {
	Point   string // what is wrong, in a few words
	Rule    string
	Program string // the beginning of its name; "": any
	Word    string // a regular expression; "": any

	// Sure: a bounded run finds it for certain. If it does not, it is mended, and
	// the test fails until the entry is gone.
	Sure bool

	seen int
}

var known = []*Known{
	{Point: "a loop that spins is drawn as waiting", Rule: "at rest", Word: `: (waits|held)$`},
}

// isKnown counts a contradiction that is on the list.
func isKnown(c Contradiction) (*Known, bool) {
	for _, k := range known {
		if k.Rule == c.Rule && len(c.Program) >= len(k.Program) && c.Program[:len(k.Program)] == k.Program &&
			regexp.MustCompile(k.Word).MatchString(c.Word) {
			k.seen++
			return k, true
		}
	}
	return nil, false
}

// mended returns the entries that ought to have occurred and did not.
func mended() (all []*Known) {
	for _, k := range known {
		if k.Sure && k.seen == 0 {
			all = append(all, k)
		}
	}
	return all
}
