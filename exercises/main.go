// Exercises: the list, and the commands to work on them.
//
//	go run ./exercises                 the list, with your progress
//	go run ./exercises check [NN ...]  try a program and say what its trace shows
//	go run ./exercises watch [NN]      the same after each save
//	go run ./exercises hint NN [n]     one of three hints
//	go run ./exercises explain [NAME]  what a failed check tells
//	go run ./exercises reset NN        back to the starter
//	go run ./exercises solution NN     how the solution differs from yours
//
// Exit status: 0 all is well; 1 an exercise does not pass (or the answer was
// no); 2 misuse; 3 the grader could not judge; 130 broken off with Ctrl-C. (go run
// turns each but 0 into 1; a program that go build made keeps it.)
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/charmbracelet/x/term"

	"fdlab/lab/course"
	"fdlab/lab/launch"
)

// The exit statuses.
const (
	fine       = 0
	notPassed  = 1
	misuse     = 2
	notJudged  = 3
	brokenOff  = 130
	lineLength = 88
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	status := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// tool is one call of the program.
type tool struct {
	ctx      context.Context
	root     string
	all      []*course.Exercise
	progress course.Progress
	attempts map[string]course.Attempt

	in       io.Reader
	out, err io.Writer

	columns int // how long lines may be; 0: as the terminal is

	json bool // machine-readable
	yes  bool // do not ask
	show bool // the solution, passed or not
}

const usage = `usage: go run ./exercises [command] [flags]

  list [NN]            the exercises, with your progress (also without a command)
  check [NN ...]       try your program (without a number: the next unsolved; all: all)
  watch [NN]           check again after each save, until Ctrl-C
  hint NN [n]          the next hint (or hint n) of three
  explain [NAME]       what a failed check tells: the belief, what is so, the lesson's words
  reset NN             back to the starter; your main.go is kept in .fdlab/kept
  solution NN          the difference to the solution, once you have passed
  handout FOLDER       for instructors: a copy of the clone without solutions
  new exercise NN-name for contributors, see docs/adding-a-lesson.md; or: new lesson NN-name
  verify [NN ...]      for contributors: the working copies are the starters

flags
  -C dir               the clone (without it: the current folder's)
  -json                machine-readable (list, check)
  -y                   do not ask (reset)
  -show                the solution also before you have passed

exit status: 0 well, 1 not passed, 2 misuse, 3 not judged, 130 broken off
go run turns each status but 0 into 1. To keep it, and to start faster, build once:
  go build -o .fdlab/exercises ./exercises && .fdlab/exercises check
`

// run is main with all that it touches as parameters.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	t := &tool{ctx: ctx, in: in, out: out, err: errOut}
	words, dir, err := t.flags(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(out, usage)
		return fine
	case err != nil:
		return t.misused("%v", err)
	}
	if t.root, err = launch.FindRoot(dir); err != nil {
		return t.misused("%v", err)
	}
	var problems []course.Problem
	t.all, problems = course.ReadExercises(t.root)
	for _, p := range problems {
		fmt.Fprintln(errOut, p)
	}
	t.progress = course.ProgressOf(t.root)
	if t.attempts, err = t.progress.LoadAttempts(); err != nil {
		fmt.Fprintln(errOut, err)
	}

	if len(words) == 0 {
		words = []string{"list"}
	}
	return t.do(words)
}

// do does a command: its name and what stands behind it.
func (t *tool) do(words []string) int {
	commands := map[string]func([]string) int{
		"list": t.list, "check": t.check, "watch": t.watch, "hint": t.hint, "reset": t.reset,
		"solution": t.solution, "explain": t.explain, "handout": t.handout, "new": t.scaffold, "verify": t.verify,
	}
	do := commands[words[0]]
	if do == nil {
		return t.misused("no command %q", words[0])
	}
	return do(words[1:])
}

// flags takes the flags out of the arguments, wherever they stand.
func (t *tool) flags(args []string) (words []string, dir string, err error) {
	f := flag.NewFlagSet("exercises", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&dir, "C", "", "")
	f.BoolVar(&t.json, "json", false, "")
	f.BoolVar(&t.yes, "y", false, "")
	f.BoolVar(&t.show, "show", false, "")
	for {
		if err := f.Parse(args); err != nil {
			return nil, "", err
		}
		if f.NArg() == 0 {
			return words, dir, nil
		}
		words, args = append(words, f.Arg(0)), f.Args()[1:]
	}
}

func (t *tool) misused(format string, args ...any) int {
	fmt.Fprintf(t.err, "exercises: %s (-h shows the commands)\n", fmt.Sprintf(format, args...))
	return misuse
}

// width is how long lines may be: for reading, and in the terminal as it is now.
func (t *tool) width() int {
	columns := t.columns
	if file, is := t.out.(*os.File); is && columns == 0 {
		columns, _, _ = term.GetSize(file.Fd())
	}
	if columns <= 0 {
		return lineLength
	}
	return readable(columns)
}

// readable is how long lines are in so many columns.
func readable(columns int) int { return max(40, min(columns, lineLength)) }

// find returns the exercise that a word names: "2", "02", "02-fifo", or the
// folder's path, as a shell completes it.
func (t *tool) find(word string) *course.Exercise {
	word = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(word, "./"), "exercises/"), "/")
	number, err := strconv.Atoi(word)
	for _, e := range t.all {
		if e.Slug == word || err == nil && e.Number == number {
			return e
		}
	}
	return nil
}

// one returns the exercise that the first word names, and says so if there is
// none.
func (t *tool) one(words []string) *course.Exercise {
	if len(words) == 0 {
		t.misused("which exercise? Say its number")
		return nil
	}
	e := t.find(words[0])
	if e == nil {
		t.misused("no exercise %q: there are %s", words[0], t.numbers())
	}
	return e
}

func (t *tool) numbers() string {
	var n []string
	for _, e := range t.all {
		n = append(n, fmt.Sprintf("%02d", e.Number))
	}
	return strings.Join(n, ", ")
}

// next returns the first exercise that is not solved, or nil.
func (t *tool) next() *course.Exercise {
	for _, e := range t.all {
		if !t.attempts[e.Slug].Solved {
			return e
		}
	}
	return nil
}
