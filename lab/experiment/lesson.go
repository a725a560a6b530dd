// Package experiment is the harness that a lesson's main.go is written
// against. It gives one program two faces: alone in a terminal it prints a
// readable account that ends in its verdict; under the instrument the same
// binary also puts its steps, checks, answer and verdict into its trace.
//
//	func main() {
//		experiment.Main(experiment.Lesson{
//			Name:  "01-select-vs-blocking-io",
//			Steps: []string{"read in turn", "wait for both"},
//			Run:   run,
//		})
//	}
//
// The package knows steps, checks, the answer and the verdict, how a
// run is stopped and cleaned up, and what its exit status is. It does not know
// who watches.
package experiment

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"fdlab/lab/event"
)

// Lesson declares an experiment, so that -list and the instrument know it
// before it runs.
type Lesson struct {
	Name  string   // its folder: "01-select-vs-blocking-io"
	Title string   // what it is about, in a few words
	Steps []string // their names, as in the README; X.Step begins one
	Keys  []Key    // what a person may do to it; X.Poke says what happens

	// Backend is the event backend without -backend; "" is the best one here.
	Backend string

	// Flags declares flags of the lesson's own. It may be nil.
	Flags func(*flag.FlagSet)

	// Run is the experiment. It ends with a Verdict, or early with X.Fail.
	Run func(*X)

	// Play is the experiment with -interactive: it stays up until it is
	// stopped, and follows the keys. nil: the lesson has no such mode.
	Play func(*X)
}

// Key is something that a person may do to a running experiment.
type Key struct {
	Rune   rune
	Text   string
	ByHand string // what it does in the interactive mode; "": the same
}

// does is what the key does in this run.
func (k Key) does(x *X) string {
	if x.Interactive() && k.ByHand != "" {
		return k.ByHand
	}
	return k.Text
}

// The exit statuses of an experiment. Stopped by a signal it is 128 + signal,
// as a shell would say.
const (
	statusJudged   = 0 // whatever the verdict was
	statusStopped  = 1 // stopped from outside, or its output cannot be written
	statusMisuse   = 2 // a wrong flag, or a panic
	statusUnjudged = 3 // it could not be judged, and says why
)

// Main runs the experiment with the program's arguments, and exits.
func Main(lesson Lesson) {
	os.Exit(Run(lesson, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// options are the flags that all lessons have.
type options struct {
	backend     string
	list        bool
	interactive bool
	json        bool
	noWait      bool
	choices     []string // arguments that the lesson's own flags take in the interactive mode
	switches    []string // and in the script
}

// parse reads the arguments. The error is written already.
func parse(lesson Lesson, args []string, out, errOut io.Writer) (options, error) {
	o := options{backend: lesson.Backend}
	if o.backend == "" {
		o.backend = event.Backends()[0]
	}
	f := flag.NewFlagSet(lesson.Name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.backend, "backend", o.backend, "the event `backend`: "+strings.Join(event.Backends(), ", "))
	f.BoolVar(&o.list, "list", false, "say what the experiment does, and exit")
	f.BoolVar(&o.interactive, "interactive", false, "stay up and do as the keys say, until stopped")
	f.BoolVar(&o.json, "json", false, "write the trace to standard output as JSON Lines, the account to standard error")
	f.BoolVar(&o.noWait, "nowait", false, "skip the waits that are only there for the eye")
	if lesson.Flags != nil {
		lesson.Flags(f)
	}
	o.choices, o.switches = choices(f), switches(f)
	err := f.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		usage(lesson, f, out)
		return o, err
	case err == nil && f.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", f.Arg(0))
	case err == nil && !slices.Contains(event.Backends(), o.backend):
		err = fmt.Errorf("no backend %q on this machine: choose one of %s", o.backend, strings.Join(event.Backends(), ", "))
	case err == nil && o.interactive && lesson.Play == nil:
		err = errors.New("this lesson has no interactive mode: run it without -interactive")
	}
	if err != nil {
		fmt.Fprintf(errOut, "%s: %v (-h lists the flags)\n", lesson.Name, err)
	}
	return o, err
}

func usage(lesson Lesson, f *flag.FlagSet, out io.Writer) {
	fmt.Fprintf(out, "%s: %s\n\nusage: go run ./lessons/%s [flags]\n\n", lesson.Name, lesson.Title, lesson.Name)
	f.SetOutput(out)
	f.PrintDefaults()
}

// list is -list: what the experiment does.
func list(lesson Lesson, out io.Writer) {
	fmt.Fprintf(out, "%s: %s\n\nsteps\n", lesson.Name, lesson.Title)
	for i, step := range lesson.Steps {
		fmt.Fprintf(out, "  %d  %s\n", i+1, step)
	}
	if len(lesson.Keys) > 0 {
		fmt.Fprintln(out, "\nkeys (-interactive: the key, then Enter; in the instrument: the key)")
		for _, key := range lesson.Keys {
			fmt.Fprintf(out, "  %c  %s\n", key.Rune, key.Text)
			if key.ByHand != "" {
				fmt.Fprintf(out, "     with -interactive: %s\n", key.ByHand)
			}
		}
	}
	fmt.Fprintln(out, "\nbackends on this machine, the best one first")
	for _, backend := range event.Backends() {
		mark := ""
		if backend == lesson.Backend {
			mark = "  (this lesson's choice without -backend)"
		}
		fmt.Fprintf(out, "  %s%s\n", backend, mark)
	}
}
