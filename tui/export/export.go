// Package export writes a recorded run in other forms: a page for a browser, a cast for
// asciinema, pictures, text, a trace for Perfetto, a table of its measures. What a frame
// shows, tui/viewer knows; the forms without a picture are made beside lab/trace.
//
// It knows no terminal and no keys.
package export

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fdlab/lab/course"
	"fdlab/lab/launch"
	"fdlab/lab/measures"
	"fdlab/lab/perfetto"
	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
	"fdlab/tui/viewer"
)

// Run is a run to be exported.
type Run struct {
	trace.Header
	Lesson  viewer.Lesson // its words; of another program only its name
	World   *world.Run
	Strings trace.Strings
	Lost    uint64 // records that are not in it
}

// Options are what a person may choose.
type Options struct {
	At    int64         // ns of the run that a picture shows, and at which a film begins; Whole: its end, and its beginning
	For   time.Duration // how long a film is; 0: to the end of the run
	W, H  int           // cells of a frame
	Light bool          // for a light ground
}

// Whole in Options.At stands for the end of the run.
const Whole = -1

// Form is one of the forms.
type Form struct {
	Ending string // of the file's name, by which it is chosen: ".html"
	Does   string // what it is, for people
	Moment bool   // Options.At counts: it shows that moment, or begins with it
	write  func(ctx context.Context, w io.Writer, root string, run *Run, o Options) error
}

// Forms are all forms, in the order in which they are offered.
var Forms = []Form{
	{".html", "a page that opens in any browser, with the whole stage", false, func(ctx context.Context, w io.Writer, root string, run *Run, _ Options) error {
		return page(ctx, w, root, run)
	}},
	{".cast", "a recording for asciinema, with a marker at each step and moment", true, cast},
	{".film.svg", "a picture that moves, for a README: no sound, no script, no player", true, film},
	{".svg", "a picture of one moment", true, svg},
	{".png", "the same for where no SVG is taken", true, png},
	{".txt", "the same as text", true, text},
	{".json", "a trace for Perfetto and for Chrome's tracing: slices, counters, arrows", false, func(_ context.Context, w io.Writer, _ string, run *Run, _ Options) error {
		return perfetto.Write(w, run.Program, run.Strings, run.World)
	}},
	{".csv", "what was measured, as a table", false, func(_ context.Context, w io.Writer, _ string, run *Run, _ Options) error {
		return measures.Write(w, run.Program, run.World.Live)
	}},
}

// FormOf returns the form that a file's name asks for.
func FormOf(name string) (Form, error) {
	for _, f := range Forms {
		if strings.HasSuffix(strings.ToLower(name), f.Ending) {
			return f, nil
		}
	}
	known := make([]string, len(Forms))
	for i, f := range Forms {
		known[i] = f.Ending
	}
	return Form{}, fmt.Errorf("%q is no form of a run: the name must end in one of %s", filepath.Base(name), strings.Join(known, " "))
}

// Read reads a recording, and the words of its lesson from the course. Of a broken one it
// returns what is readable, and flaw says what is wrong; err means that nothing is.
func Read(name string, c *course.Catalogue) (run *Run, flaw, err error) {
	r, err := world.ReadFile(name)
	if err != nil {
		return nil, nil, fmt.Errorf("%q cannot be opened: %w", name, err)
	}
	return &Run{Header: r.Header, Lesson: Words(c, r.Program), World: r.Run, Strings: r.Strings, Lost: r.Lost}, r.Flaw, nil
}

// Words are what the course says of a program.
func Words(c *course.Catalogue, program string) viewer.Lesson {
	i := slices.IndexFunc(c.Lessons, func(l *course.Lesson) bool { return l.Slug == program })
	if i < 0 {
		return viewer.Lesson{Title: launch.Quote([]byte(program))} // as the instrument names it
	}
	l := c.Lessons[i]
	words := viewer.Lesson{
		Slug: l.Slug, Title: fmt.Sprintf("%02d %s", l.Number, l.Title), Claim: l.Claim, Question: l.Question.Text,
		Moments: map[string]viewer.Moment{},
	}
	for _, o := range l.Question.Options {
		words.Options = append(words.Options, viewer.Option{Letter: o.Letter, Text: o.Text})
	}
	for _, m := range l.Moments {
		words.Moments[m.Key] = viewer.Moment{Question: m.Question, Answer: m.Answer}
	}
	return words
}

// WriteFile writes the run into a file that did not exist before, in the form that its
// name asks for. root is the clone: the page is compiled from it.
func WriteFile(ctx context.Context, name, root string, run *Run, o Options) (err error) {
	form, err := FormOf(name)
	if err != nil {
		return err
	}
	// In memory first: a page that cannot be built must leave no file behind.
	var out bytes.Buffer
	if err := form.write(ctx, &out, root, run, o); err != nil {
		return err
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%q is there already: choose another name, or remove it", name)
	}
	if err != nil {
		return err
	}
	if _, err = file.Write(out.Bytes()); err == nil {
		err = file.Close()
	} else {
		file.Close()
	}
	if err != nil {
		os.Remove(name)
	}
	return err
}

// encode returns the run as a recording, compressed.
func (run *Run) encode() ([]byte, error) {
	var out bytes.Buffer
	zip, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is a known one
	e, err := trace.NewEncoder(zip, run.Strings, run.Header)
	kept := uint64(0)
	for _, records := range run.World.Records() {
		if kept += uint64(len(records)); err == nil {
			err = e.Encode(records)
		}
	}
	if err == nil {
		err = e.Close(run.World.Live.Records + run.Lost - kept)
	}
	if err == nil {
		err = zip.Close()
	}
	return out.Bytes(), err
}

// viewer returns the run as a person has it in hands who has just opened it.
func (run *Run) viewer(o Options) *viewer.Viewer {
	ground := theme.Dark
	if o.Light {
		ground = theme.Light
	}
	v := viewer.New(theme.New(grid.TrueColor, ground, false), run.Lesson,
		world.Recorded{Header: run.Header, Run: run.World, Lost: run.Lost})
	v.Resize(o.W, o.H)
	return v
}
