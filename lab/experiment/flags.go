package experiment

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ChoiceFlag declares a flag of a lesson that takes one of several words.
// value holds what it is without the flag; usage says what it chooses.
func ChoiceFlag(f *flag.FlagSet, name string, value *string, usage string, choices ...string) {
	list := strings.Join(choices, ", ")
	f.Func(name, fmt.Sprintf("with -interactive, %s: %s", usage, list), func(word string) error {
		if !slices.Contains(choices, word) {
			return fmt.Errorf("no such %s: choose one of %s", name, list)
		}
		*value = word
		return nil
	})
}

// StepFlag declares -step, which chooses one of the lesson's steps, from 1 to
// last. value holds what it is without the flag; usage says what of the step is
// meant.
func StepFlag(f *flag.FlagSet, value *int, last int, usage string) {
	f.Func("step", fmt.Sprintf("with -interactive, the `step` %s: 1 to %d (without it %d)", usage, last, *value),
		func(text string) error {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 || n > last {
				return fmt.Errorf("no such step: choose 1 to %d", last)
			}
			*value = n
			return nil
		})
}
