// A class: `go run ./tui/class` is the instrument, and students look on in their browsers.
//
// They open a link, see the stage as the instructor does, or roam the run on their own, and
// vote on the lesson's question. It is a main of its own: the instrument needs no server.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"

	// It must be initialised before bubbletea, and is: by its name.
	_ "fdlab/tui/firstframe"

	"fdlab/lab/course"
	"fdlab/lab/foreign"
	"fdlab/lab/launch"
	"fdlab/tui/app"
	"fdlab/tui/class/audience"
	"fdlab/tui/export"
	"fdlab/tui/notes"
	"fdlab/tui/terminal"
	"fdlab/tui/theme"
)

const usage = `go run ./tui/class [-listen ADDRESS] [-payload] [-C FOLDER]

The instrument, with a link that students open in their browsers: they see its stage, and
vote on the lesson's question.

  -listen ADDRESS  where students can reach this machine: :9878 for all its addresses,
                   192.168.1.5:9878 for one. Without it the link is for this machine alone
  -payload         show students the bytes that programs read and write which are no lessons
  -C FOLDER        the folder of the clone

docs/class.md says what students see, and what is safe.
`

func main() {
	foreign.Child() // it traces, if this program was started for that
	os.Exit(terminal.Status(run(os.Args[1:])))
}

// options are what the command line says.
type options struct {
	listen, clone string
	payload       bool
}

func parse(args []string) (o options, err error) {
	flags := flag.NewFlagSet("class", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // it would echo an unknown flag as it is
	flags.StringVar(&o.listen, "listen", "", "")
	flags.StringVar(&o.clone, "C", "", "")
	flags.BoolVar(&o.payload, "payload", false, "")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, fmt.Errorf("%s\n\n%s", launch.Quote([]byte(err.Error())), usage)
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is not understood\n\n%s", flags.Arg(0), usage)
	}
	return o, nil
}

func run(args []string) error {
	o, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Print(usage)
		return nil
	}
	if err != nil {
		return err
	}
	root, err := launch.FindRoot(o.clone)
	if err != nil {
		return err
	}
	if !terminal.Present() || theme.Dumb(os.Environ()) {
		return errors.New("a class needs a terminal for the instrument, one that can move its cursor")
	}
	th, err := theme.Detect(os.Environ())
	if err != nil {
		return err
	}
	listener, err := audience.Listen(o.listen)
	if err != nil {
		return fmt.Errorf("students cannot reach this: %w", err)
	}
	fmt.Fprintln(os.Stderr, "fdlab: building the page for browsers. The first time takes some twenty seconds.")
	html, policy, program, err := export.ClassPage(context.Background(), root)
	if err != nil {
		listener.Close()
		return err
	}
	return teach(course.Read(root), th, o, listener, audience.Page{HTML: []byte(html), Policy: policy, Program: program})
}

// teach shows the instrument, and lets students look on, until the instructor leaves it.
func teach(c *course.Catalogue, th *theme.Theme, o options, listener net.Listener, page audience.Page) error {
	room := audience.NewRoom()
	server := audience.Serve(listener, room, page)
	defer server.Close()
	over := make(chan struct{})
	defer close(over)
	m := app.New(c, th)
	defer m.Close()
	f := newFeed(room, c, o.payload)
	go f.send(over)
	m.Tell(f)
	last := m.Kill
	if t, err := notes.Tell(c.Root); err == nil { // the instructor's second terminal
		defer t.Close()
		last = func() { t.Close(); m.Kill() }
		m.Tell(t)
	}
	m.Invite(invite(server, room))
	err := terminal.Run(m, last)
	if errors.As(err, new(*terminal.Ended)) {
		return err
	}
	return launch.Explain(err)
}
