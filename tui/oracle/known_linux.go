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
	{Point: "2: a thread that is gone is drawn as running", Rule: "alive"},
	{Point: "2: a loop that spins is drawn as waiting", Rule: "at rest", Word: `: (waits|held)$`},
	{Point: "3: a refused read counts as one that took bytes", Rule: "read"},
	{Point: "4: the sentence speaks of the loop where there are several", Rule: "the loop", Sure: true},
	{Point: "5: what was sent into a pipe is called unsent", Rule: "unsent", Sure: true},
	{Point: "6: an fd is closed, and a dup keeps its file", Rule: "closed and watched", Program: "case dup-close", Sure: true},
	{Point: "6", Rule: "watched", Program: "case dup-close", Sure: true},
	{Point: "6", Rule: "open", Program: "case dup-close"},
	{Point: "7: a time is guessed where records were lost", Rule: "a guess", Program: "case active-starves"},
	{Point: "8: a thread is blocked on an fd that was closed, and its number used again", Rule: "which file", Program: "case closed-under-read", Sure: true},
	{Point: "9: epoll_wait(1 fds)", Rule: "slip", Sure: true},
	{Point: "9: a listener is called empty", Rule: "empty", Word: `listen`},
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
