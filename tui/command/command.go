// Package command is the grammar of the instrument's command line, written once:
//
//	go run ./tui [-C folder] [WORD [OPERANDS]]
//
// Without a word it opens the instrument. A new word is a row of words; tui's main
// says what it does.
package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// Command is a command line that was understood.
type Command struct {
	Word     Word
	Operands []string
	Clone    string // the folder of the clone; "": where it was started
	Help     bool   // -h: say Usage, and no more

	// Of trace and attach.
	Payload bool   // show and keep the bytes that the program reads and writes
	Record  string // trace: into this file, and show nothing
	TTY     bool   // trace: the program has a terminal of its own
	Hold    bool   // trace: hold the program before its first wait; attach: hold the program, too, and not only the picture

	// Of export.
	Out   string        // the file to write; its ending says which form
	At    time.Duration // the moment of the run that a picture shows, or where a film begins; negative: none was named
	For   time.Duration // how long a film or a cast is; 0: all of the run
	W, H  int           // cells of a frame
	Light bool          // for a light ground

	Plan int // notes: the minutes that the class has; 0: no plan
}

// Word says what to do.
type Word string

const (
	Course Word = "" // the instrument
	Open   Word = "open"
	Run    Word = "run"
	Trace  Word = "trace"
	Attach Word = "attach"
	Export Word = "export"
	Check  Word = "check"

	// For a course.
	Notes       Word = "notes"
	Handout     Word = "handout"
	Questions   Word = "questions"
	Predictions Word = "predictions"
)

// words are all that may be said, in the order in which Usage explains them.
var words = []struct {
	word     Word
	operands string // as Usage names them
	least    int    // how many there must be
	most     int    // and may be; many: all that follow
	does     string
}{
	{Course, "", 0, 0, "opens the instrument; ? explains every screen"},
	{Open, "FILE", 1, 1, "shows a run that was kept: run.jsonl, run.jsonl.gz"},
	{Run, "PATH [ARGS]", 1, many, "puts a program of your own on the stage: its folder, or its main.go"},
	{Trace, "PROGRAM [ARGS]", 1, many, "puts any Linux program on the stage: memcached, a server in Python; flags below"},
	{Attach, "PID", 1, 1, "looks at one that runs already, and lets it go unharmed"},
	{Export, "FILE", 1, 1, "writes a run that was kept in another form: a page, a picture ...; flags below"},
	{Check, "", 0, 0, "says whether this machine is ready for a class; needs no terminal"},
	{Notes, "", 0, 0, "the instructor's second terminal: follows the instrument that runs in this clone; flag below"},
	{Handout, "LESSON", 1, 1, "writes a lesson as one page to print, HTML: handout 02 -o 02.html"},
	{Questions, "", 0, 0, "writes what the lessons ask, at Predict and at Recall, as CSV"},
	{Predictions, "export", 1, 1, "writes what was predicted in this clone, in each run, as CSV"},
}

// many: any number of operands.
const many = math.MaxInt

// Parse reads the arguments of the program, without its name. Flags may stand
// before the word and right after it. An error quotes what it did not understand:
// it may be drawn.
func Parse(args []string) (Command, error) {
	var c Command
	flags := flag.NewFlagSet("tui", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // it would echo an unknown flag as it is
	flags.StringVar(&c.Clone, "C", "", "")
	own := func(w Word) { // the flags that a word adds
		if w == Trace || w == Attach {
			flags.BoolVar(&c.Payload, "payload", false, "")
			flags.BoolVar(&c.Hold, "hold", false, "")
		}
		if w == Trace {
			flags.StringVar(&c.Record, "record", "", "")
			flags.BoolVar(&c.TTY, "tty", false, "")
		}
		if w == Notes {
			flags.IntVar(&c.Plan, "plan", 0, "")
		}
		if w == Handout || w == Questions || w == Predictions {
			flags.StringVar(&c.Out, "o", "", "")
		}
		if w == Export {
			c.At, c.W, c.H = -1, 120, 40
			flags.StringVar(&c.Out, "o", "", "")
			flags.DurationVar(&c.At, "at", c.At, "")
			flags.Func("for", "", c.length)
			flags.Func("size", "", c.size)
			flags.BoolVar(&c.Light, "light", false, "")
		}
	}
	parse := func(args []string) ([]string, error) {
		err := flags.Parse(args)
		if err == flag.ErrHelp {
			c.Help, err = true, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s; try -h", quoted(err.Error()))
		}
		return flags.Args(), nil
	}
	rest, err := parse(args)
	if err != nil || c.Help || len(rest) == 0 {
		return c, err
	}
	said := rest[0]
	own(Word(said))
	if rest, err = parse(rest[1:]); err != nil || c.Help {
		return c, err
	}
	if w := Word(said); (w == Export || w == Handout || w == Predictions) && len(rest) > 1 { // their flags may stand after the operand, too
		more, err := parse(rest[1:])
		if err != nil || c.Help {
			return c, err
		}
		rest = append(rest[:1:1], more...)
	}
	for _, w := range words {
		if string(w.word) != said || w.word == Course {
			continue
		}
		c.Word, c.Operands = w.word, rest
		if len(rest) > w.most {
			return c, fmt.Errorf("%s takes no more: %q; try -h", said, rest[w.most])
		}
		if len(rest) < w.least {
			return c, fmt.Errorf("%s needs %s; try -h", said, w.operands)
		}
		if c.Word == Predictions && rest[0] != "export" {
			return c, fmt.Errorf("predictions takes export, not %q; try -h", rest[0])
		}
		if c.Hold && c.Record != "" {
			return c, errors.New("trace takes -hold or -record, not both: where nothing is shown, nobody lets the program go on; try -h")
		}
		if c.Word == Export && c.Out == "" {
			return c, errors.New("export needs -o and the name of the file to write, run.html for example; try -h")
		}
		return c, nil
	}
	return c, fmt.Errorf("unknown word %q: it takes %s; try -h", said, known())
}

// length reads 15s.
func (c *Command) length(s string) (err error) {
	if c.For, err = time.ParseDuration(s); err != nil || c.For <= 0 {
		return errors.New("want a time, 15s")
	}
	return nil
}

// size reads 120x40. A frame is at least as large as the smallest terminal (stage.LeastWidth,
// stage.LeastHeight).
func (c *Command) size(s string) error {
	if n, err := fmt.Sscanf(s, "%dx%d", &c.W, &c.H); n != 2 || err != nil || s != fmt.Sprintf("%dx%d", c.W, c.H) {
		return errors.New("want columns and rows, 120x40")
	}
	if c.W < 60 || c.H < 20 || c.W > 400 || c.H > 200 {
		return errors.New("want 60x20 to 400x200")
	}
	return nil
}

// quoted makes the flag package's words fit to be drawn.
func quoted(said string) string {
	q := fmt.Sprintf("%q", said)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}

// known lists the words.
func known() string {
	list := "nothing"
	for _, w := range words[1:] {
		list += " or " + string(w.word)
	}
	return list
}

// forms are the endings that export knows (tui/export.Forms).
const forms = ".html .cast .film.svg .svg .png .txt .json .csv"

// Usage explains the grammar.
func Usage() string {
	var b strings.Builder
	b.WriteString("usage: go run ./tui [-C folder] [word]\n\n")
	const clone = "-C folder"
	width := len(clone)
	for _, w := range words {
		width = max(width, len(w.word)+1+len(w.operands))
	}
	for _, w := range words {
		fmt.Fprintf(&b, "  %-*s  %s\n", width, strings.TrimSpace(string(w.word)+" "+w.operands), w.does)
	}
	fmt.Fprintf(&b, "\n  %-*s  the clone of fdlab, if it is not the current folder\n", width, clone)
	for _, f := range [...][2]string{
		{"-payload", "trace, attach: show and keep the first bytes of what is read and written"},
		{"-record FILE", "trace: keep the run in FILE, and show nothing; needs no terminal"},
		{"-tty", "trace: the program has a terminal of its own; the page o shows what it prints, I types"},
		{"-hold", "trace: the program is held before its first wait; space lets it go on, a full stop for one phase"},
		{"-hold", "attach: space holds the program, too, and not only the picture"},
		{"-o FILE", "export: the file to write; its ending says which form: " + forms},
		{"-at 1.5s", "export: the moment that a picture or a text shows (without it the end), or at which a film or a cast begins (without it the beginning)"},
		{"-for 15s", "export: how long a film or a cast is; without it all of the run"},
		{"-size 120x40", "export: the columns and rows of a frame"},
		{"-light", "export: for a light ground"},
		{"-plan 45", "notes: where the class should be by the plan of the instructor's guide: 45 or 90 minutes"},
		{"-o FILE", "handout, questions, predictions: the file to write; without it standard output"},
	} {
		fmt.Fprintf(&b, "  %-*s  %s\n", width, f[0], f[1])
	}
	return b.String()
}
