// The instrument: `go run ./tui`.
//
// It opens the course, builds and runs the lessons' programs as child
// processes, and shows their real file descriptors as they become ready.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	// It must be initialised before bubbletea, and is: by its name.
	_ "fdlab/tui/firstframe"

	"fdlab/lab/course"
	"fdlab/lab/foreign"
	"fdlab/lab/launch"
	"fdlab/tui/app"
	"fdlab/tui/check"
	"fdlab/tui/command"
	"fdlab/tui/export"
	"fdlab/tui/notes"
	"fdlab/tui/terminal"
	"fdlab/tui/theme"
)

func main() {
	foreign.Child() // it traces, if this program was started for that
	os.Exit(terminal.Status(run(os.Args[1:])))
}

func run(args []string) error {
	c, err := command.Parse(args)
	if err != nil {
		return err
	}
	if c.Help {
		fmt.Print(command.Usage())
		return nil
	}
	root, err := launch.FindRoot(c.Clone)
	if err != nil {
		return err
	}
	switch c.Word {
	case command.Check:
		return check.Print(os.Stdout, root, os.Environ())
	case command.Run:
		return runProgram(root, c)
	case command.Trace, command.Attach:
		return watch(root, c)
	case command.Open:
		return openFile(root, c)
	case command.Export:
		return exportFile(root, c)
	case command.Notes:
		return showNotes(root, c)
	case command.Handout, command.Questions, command.Predictions:
		return forCourse(root, c)
	default:
		return open(root, c, nil)
	}
}

// openFile shows a recording. What is readable of a broken one is shown.
func openFile(root string, c command.Command) error {
	recorded, err := app.Load(c.Operands[0])
	if err != nil {
		return err
	}
	return open(root, c, func(m *app.Model) { m.Open(recorded) })
}

// exportFile writes a recording in another form.
func exportFile(root string, c command.Command) error {
	if _, err := export.FormOf(c.Out); err != nil { // before a long recording is read
		return err
	}
	run, flaw, err := export.Read(c.Operands[0], course.Read(root))
	if err != nil {
		return err
	}
	if flaw != nil {
		terminal.Say("fdlab: not all of it can be read: " + flaw.Error())
	}
	o := export.Options{At: int64(c.At), For: c.For, W: c.W, H: c.H, Light: c.Light}
	return export.WriteFile(context.Background(), c.Out, root, run, o)
}

// runProgram puts a program on the stage, with its arguments.
func runProgram(root string, c command.Command) error {
	program, err := launch.Find(root, c.Operands[0])
	if err != nil {
		return err
	}
	here, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("the current folder is gone: %w", err)
	}
	return open(root, c, func(m *app.Model) { m.Run(program, here, c.Operands[1:]) })
}

// watch puts any Linux program on the stage, or records it.
func watch(root string, c command.Command) error {
	if err := foreign.Possible(); err != nil {
		return err
	}
	if c.Record != "" {
		return record(c)
	}
	here, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("the current folder is gone: %w", err)
	}
	w := app.Watching{Args: c.Operands, Dir: here, Payload: c.Payload, Hold: c.Hold, TTY: c.TTY}
	if c.Word == command.Attach {
		w.Pid = c.Operands[0]
		if n, err := strconv.Atoi(w.Pid); err != nil || n <= 0 {
			return fmt.Errorf("%q is no process id: see `ps -e`, or `pgrep NAME`", w.Pid)
		}
	}
	return open(root, c, func(m *app.Model) { m.Watch(w) })
}

// open shows the instrument until the student leaves it, or until the terminal
// is gone. Whatever happens, the child ends.
func open(root string, cli command.Command, begin func(*app.Model)) error {
	c := course.Read(root)
	if !terminal.Present() {
		return alone(c, "the instrument needs a terminal, and there is none here", cli)
	}
	if theme.Dumb(os.Environ()) {
		return alone(c, "the instrument needs a terminal that can move its cursor, and TERM says that this one cannot", cli)
	}
	th, err := theme.Detect(os.Environ())
	if err != nil {
		return err
	}
	go sweep(root)
	m := app.New(c, th)
	defer m.Close()
	last := m.Kill                              // for an instrument that is stuck
	if t, err := notes.Tell(root); err == nil { // without it nobody follows, and all else is as it is
		defer t.Close()
		last = func() { t.Close(); m.Kill() }
		m.Tell(t)
	}
	if begin != nil {
		begin(m)
	}
	err = terminal.Run(m, last)
	if errors.As(err, new(*terminal.Ended)) {
		return err
	}
	return launch.Explain(err)
}

// sweep takes away what an instrument that was killed has left. It is no reason
// to fail.
func sweep(root string) {
	defer func() { recover() }()
	launch.Sweep(root)
}

// alone says what to run where the instrument cannot be shown.
func alone(c *course.Catalogue, why string, cli command.Command) error {
	switch cli.Word {
	case command.Trace:
		return fmt.Errorf("%s. Without one, keep the run in a file:\n\n    go run ./tui trace -record run.jsonl -- PROGRAM ARGS", why)
	case command.Attach:
		return errors.New(why)
	case command.Run:
		path := cli.Operands[0]
		if !filepath.IsAbs(path) { // or go run would look for a package of that name
			path = "./" + path
		}
		return fmt.Errorf("%s. Run the program alone:\n\n    go run %s", why, launch.Quote([]byte(path)))
	case command.Open:
		return errors.New(why)
	}
	text := why + ". Run a lesson alone:\n"
	for _, l := range c.Lessons {
		text += "\n    go run ./" + l.Dir
	}
	if len(c.Lessons) == 0 {
		text += "\n    go run ./lessons/NN-name"
	}
	return errors.New(text)
}
