package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"fdlab/lab/course"
	"fdlab/lab/handout"
	"fdlab/lab/launch"
	"fdlab/tui/command"
	"fdlab/tui/notes"
	"fdlab/tui/terminal"
	"fdlab/tui/theme"
)

// showNotes shows the instructor's notes until they are left.
func showNotes(root string, cli command.Command) error {
	if !terminal.Present() || theme.Dumb(os.Environ()) {
		return errors.New("notes need a terminal that can move its cursor, and there is none here")
	}
	th, err := theme.Detect(os.Environ())
	if err != nil {
		return err
	}
	s, err := notes.NewScreen(course.Read(root), th, cli.Plan)
	if err != nil {
		return err
	}
	defer s.Close()
	err = terminal.Run(s, func() {})
	if errors.As(err, new(*terminal.Ended)) {
		return err
	}
	return launch.Explain(err)
}

// forCourse writes what a course hands out, or takes in.
func forCourse(root string, cli command.Command) error {
	c := course.Read(root)
	var write func(io.Writer) error
	switch cli.Word {
	case command.Handout:
		l := c.Lesson(cli.Operands[0])
		if l == nil {
			return fmt.Errorf("there is no lesson %q: it has a number, as 02", cli.Operands[0])
		}
		write = func(w io.Writer) error { return handout.Write(w, l) }
	case command.Questions:
		write = func(w io.Writer) error { return course.WriteQuestions(w, c) }
	default:
		tries, err := course.ProgressOf(root).Tries()
		if err != nil {
			return err
		}
		write = func(w io.Writer) error { return course.WriteTries(w, c, tries) }
	}
	if cli.Out == "" {
		return write(os.Stdout)
	}
	file, err := create(cli.Out, 0o644)
	if err != nil {
		return err
	}
	if err := errors.Join(write(file), file.Close()); err != nil {
		return errors.Join(fmt.Errorf("not all of it was written: %w", err), os.Remove(cli.Out))
	}
	return nil
}

// create makes a file that was named by a person. One that is there already stays as it is.
func create(name string, permissions os.FileMode) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, permissions)
	if errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("%q is there already: name another file, or remove it", name)
	}
	if err != nil {
		return nil, fmt.Errorf("the file cannot be written: %w", err)
	}
	return file, nil
}
