package course

// The files of a new exercise. NN is its number, NAME its name in words,
// VARIABLE its exam in Go, FENCE three backticks. What they do (pass on what a
// FIFO says) is only there so that they compile, and are accepted, from the
// first moment: replace it bit by bit.

const exerciseText = `# NN NAME

## Lesson

[TODO the lesson's title](../../lessons/01-select-vs-blocking-io/README.md): TODO what of it is practised here.

## Task

TODO what the program must do, and how to try it by hand.

FENCEsh
mkfifo in.fifo
go run ./exercises/NN-NAME in.fifo
FENCE

## What is given

TODO what main.go does already.

## Checks

1. **it answers twice**: TODO what the world does.
2. **it ends**: TODO

## Hints

<details><summary>Three, of rising strength. One at a time: go run ./exercises hint NN</summary>

1. **Question**: TODO a nudge?
2. **Concept**: TODO the idea, and the lesson's section.
3. **Near-code**: TODO

   FENCEgo
   // TODO almost the code
   FENCE

</details>
`

const solutionText = `# NN NAME: a solution

## Why

TODO what makes it right.

## An alternative

TODO another way, and what it costs.
`

// newProgram is the shape that starter, solution and wrong answers share. Its
// verbs: what the first comment says, and the callback's body.
const newProgram = `// Exercise NN: NAME.
//
// %s
package main

import (
	"log"
	"os"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: NN-NAME in.fifo")
	}
	if err := run(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func run(path string) error {
	fd, err := sys.OpenFIFO(path, unix.O_RDONLY|unix.O_NONBLOCK, "")
	if err != nil {
		return err
	}
	defer sys.Close(fd)
	base, err := event.New(event.Config{})
	if err != nil {
		return err
	}
	defer base.Close()
	var ev *event.Event
	ev = base.NewEvent(fd, event.Read|event.Persist, func(fd int, _ event.What) {
%s	})
	if err := ev.Add(event.NoTimeout); err != nil {
		return err
	}
	_, err = base.Dispatch()
	return err
}
`

const starterBody = `		// TODO 1: take what is there, and pass it on.
		log.Print("ready: ", ev)
`

const solutionBody = `		var buf [512]byte
		n, err := sys.Read(fd, buf[:])
		if err != nil || n == 0 {
			ev.Del()
			return
		}
		os.Stdout.Write(buf[:n])
`

// newWrong is a wrong answer that is not written yet. Its verb: what it
// must be told.
const newWrong = `// Wrong on purpose: TODO the solution with a mistake that students make.
//
// told: %s
package main

func main() {}
`

const examText = `package exams

import "fdlab/lab/grade"

// VARIABLE: TODO what the world is like. Add it to All in exams.go.
var VARIABLE = &grade.Exam{
	Exercise: "NN-NAME",
	Checks:   []string{"it answers twice", "it ends"},
	Starter:  grade.NeverDrained,
	Play: func(e *grade.Examiner) {
		in := e.FIFO("in")
		e.Start(in.Path)

		e.Check("it answers twice")
		in.Opened()
		for range 2 {
			e.Due("hello\n")
			in.Say("hello\n")
			e.Answered("the FIFO says hello, and standard output has it")
		}
		e.Calm("the program sleeps while nobody speaks")

		e.Check("it ends")
		in.End()
		e.Ends("the FIFO ends: the program ends by itself, with all closed", grade.NoEventsLeft)
	},
}
`
