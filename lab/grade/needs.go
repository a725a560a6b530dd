package grade

import (
	"fmt"
	"runtime"
)

// Needs ends the trial without a verdict on any other system than goos: what
// the exercise is about is not there.
func (e *Examiner) Needs(goos, what string) {
	if runtime.GOOS != goos {
		panic(broken{fmt.Errorf("this exercise needs %s, which the lab has on %s only: the README of fdlab says how to run it in a container", what, goos)})
	}
}
