package experiment

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// oneOf is a flag of which it is known with which words it may be given: they are
// announced, see X.announce.
type oneOf struct {
	words []string
	set   func(string) error
}

func (o *oneOf) String() string        { return "" }
func (o *oneOf) Set(text string) error { return o.set(text) }
func (o *oneOf) arguments(f *flag.Flag) (all []string) {
	for _, word := range o.words {
		all = append(all, "-"+f.Name+"="+word)
	}
	return all
}

// choices are the arguments for the interactive mode that a lesson's own flags take.
func choices(f *flag.FlagSet) (all []string) {
	f.VisitAll(func(one *flag.Flag) {
		if o, ok := one.Value.(*oneOf); ok {
			all = append(all, o.arguments(one)...)
		}
	})
	return all
}

// onOff is a flag that takes no word. It is for the script, and announced there, see X.announce.
type onOff func()

func (o onOff) String() string   { return "" }
func (o onOff) IsBoolFlag() bool { return true }
func (o onOff) Set(text string) error {
	on, err := strconv.ParseBool(text)
	if on {
		o()
	}
	return err
}

// switches are the arguments for the script that a lesson's own flags take.
func switches(f *flag.FlagSet) (all []string) {
	f.VisitAll(func(one *flag.Flag) {
		if _, ok := one.Value.(onOff); ok {
			all = append(all, "-"+one.Name)
		}
	})
	return all
}

// SwitchFlag declares a flag of a lesson's script that is given or not. An instrument offers
// to run the script again with it. on is called if it is given; usage says what follows from it.
func SwitchFlag(f *flag.FlagSet, name, usage string, on func()) { f.Var(onOff(on), name, usage) }

// ChoiceFlag declares a flag of a lesson that takes one of several words.
// value holds what it is without the flag; usage says what it chooses.
func ChoiceFlag(f *flag.FlagSet, name string, value *string, usage string, words ...string) {
	list := strings.Join(words, ", ")
	f.Var(&oneOf{words, func(word string) error {
		if !slices.Contains(words, word) {
			return fmt.Errorf("no such %s: choose one of %s", name, list)
		}
		*value = word
		return nil
	}}, name, fmt.Sprintf("with -interactive, %s: %s", usage, list))
}

// StepFlag declares -step, which chooses one of the lesson's steps, from 1 to
// last. value holds what it is without the flag; usage says what of the step is
// meant.
func StepFlag(f *flag.FlagSet, value *int, last int, usage string) {
	var steps []string
	for n := range last {
		steps = append(steps, strconv.Itoa(n+1))
	}
	f.Var(&oneOf{steps, func(text string) error {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > last {
			return fmt.Errorf("no such step: choose 1 to %d", last)
		}
		*value = n
		return nil
	}}, "step", fmt.Sprintf("with -interactive, the `step` %s: 1 to %d (without it %d)", usage, last, *value))
}

// DurationFlag declares a flag of a lesson that takes a time, up to a minute. value
// holds what it is without the flag; like is an example of one, and with some more it is what an instrument offers.
func DurationFlag(f *flag.FlagSet, name string, value *time.Duration, usage string, like string, some ...string) {
	f.Var(&oneOf{append(some, like), func(text string) error {
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 || d > time.Minute {
			return fmt.Errorf("not a time from 1ms to 1m, like %s", like)
		}
		*value = d
		return nil
	}}, name, usage)
}
