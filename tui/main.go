// The instrument: `go run ./tui`.
//
// It opens the course, builds and runs the lessons' programs as child
// processes, and shows their real file descriptors as they become ready.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	// It must be initialised before bubbletea, and is: by its name.
	_ "fdlab/tui/firstframe"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/term"

	"fdlab/lab/course"
	"fdlab/lab/launch"
	"fdlab/tui/app"
	"fdlab/tui/theme"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "fdlab:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("tui", flag.ContinueOnError)
	dir := flags.String("C", "", "the clone of fdlab, if it is not the current folder")
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), "usage: go run ./tui [-C folder]\n\nOpens the instrument. ? explains every screen.\n")
		flags.PrintDefaults()
	}
	switch err := flags.Parse(args); {
	case err == flag.ErrHelp:
		return nil
	case err != nil:
		return fmt.Errorf("try -h")
	case flags.NArg() > 0:
		return fmt.Errorf("it takes no argument: %q; try -h", flags.Arg(0))
	}
	root, err := launch.FindRoot(*dir)
	if err != nil {
		return err
	}
	c := course.Read(root)
	if !term.IsTerminal(os.Stdin.Fd()) || !term.IsTerminal(os.Stdout.Fd()) {
		return noTerminal(c)
	}
	th, err := theme.Detect(os.Environ())
	if err != nil {
		return err
	}
	return show(app.New(c, th))
}

// show runs the instrument until the student leaves it, or until the terminal
// is gone. Whatever happens, the child ends.
func show(m *app.Model) error {
	defer m.Close()
	program := tea.NewProgram(m, tea.WithAltScreen(), tea.WithMouseCellMotion())
	// A closed window sends SIGHUP. Bubble Tea heeds SIGINT and SIGTERM only.
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	go func() {
		for range hangup {
			program.Quit() // Kill would race with Run for the terminal
		}
	}()
	_, err := program.Run()
	return err
}

// noTerminal says what to run where there is no terminal to draw on.
func noTerminal(c *course.Catalogue) error {
	text := "the instrument needs a terminal, and there is none here. Run a lesson alone:\n"
	for _, l := range c.Lessons {
		text += "\n    go run ./" + l.Dir
	}
	if len(c.Lessons) == 0 {
		text += "\n    go run ./lessons/NN-name"
	}
	return fmt.Errorf("%s", text)
}
