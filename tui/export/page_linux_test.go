package export_test

import (
	"context"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"

	"fdlab/lab/course"
	"fdlab/lab/skip"
	"fdlab/tui/app"
	"fdlab/tui/chromium"
	"fdlab/tui/export"
	"fdlab/tui/firefox"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

func TestMain(m *testing.M) { os.Exit(skip.Slow(m)) }

const root = "../.."

// lesson is a lesson with the recording that it ships.
const lesson = "02-ev-persist"

func recording() string { return filepath.Join(root, "lessons", lesson, "recording.jsonl.gz") }

// write exports the lesson's recording, and returns the file.
func write(t *testing.T, name string, o export.Options) string {
	t.Helper()
	run, flaw, err := export.Read(recording(), course.Read(root))
	if err != nil || flaw != nil {
		t.Fatal(err, flaw)
	}
	file := filepath.Join(t.TempDir(), name)
	where, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	if err := export.WriteFile(context.Background(), file, where, run, o); err != nil {
		t.Fatal(err)
	}
	return file
}

// cell is what a cell shows. A blank has no colour of its own.
type cell struct {
	rune   rune
	fg, bg uint32
	attr   grid.Attr
}

func (c cell) String() string {
	return fmt.Sprintf("%q fg %x bg %x attr %b", c.rune, c.fg, c.bg, c.attr)
}

func (c cell) seen() cell {
	if c.rune == 0 {
		c.rune = ' '
	}
	if c.rune == ' ' && c.attr&(grid.Reverse|grid.Underline) == 0 {
		c.fg, c.attr = 0, 0
	}
	return c
}

// browser is what both of them can do.
type browser interface {
	OpenFile(file string)
	Ground(dark bool)
	Size(w, h int)
	Eval(expression string, result any)
	Until(what, expression string)
	Press(key string, modifiers int)
}

// pageInBrowser is the exported page in a browser.
type pageInBrowser struct {
	browser
	t      *testing.T
	tells  func(*testing.T) // whose failure it is
	asked  func() []string  // the addresses that the page has asked for
	faults func() []string
}

func inChromium(t *testing.T) pageInBrowser {
	b := chromium.Start(t, 1180, 860)
	return pageInBrowser{
		browser: b, t: t, tells: func(t *testing.T) { b.T = t },
		asked: func() []string { return b.Asked }, faults: func() []string { return b.Faults },
	}
}

func inFirefox(t *testing.T) pageInBrowser {
	b := firefox.Start(t, 1180, 860)
	return pageInBrowser{
		browser: b, t: t, tells: func(t *testing.T) { b.T = t },
		asked: func() (all []string) {
			b.Eval("performance.getEntriesByType('resource').map((e) => e.name)", &all)
			return all
		},
		faults: func() []string { return nil }, // those that count stand on the page
	}
}

// frame is what the page has painted.
type frame struct {
	Columns, Rows int
	Wide, High    float64
	Cells         []int32
	Moves         bool
}

func (p pageInBrowser) frame() (f frame) {
	p.t.Helper()
	p.Until("the page is painted", "globalThis.painted && painted() !== null")
	p.Eval("painted()", &f)
	return f
}

func (f frame) at(x, y int) cell {
	i := (y*f.Columns + x) * 4
	return cell{rune(f.Cells[i]), uint32(f.Cells[i+1]), uint32(f.Cells[i+2]), grid.Attr(f.Cells[i+3])}.seen()
}

func (f frame) text() string {
	var b strings.Builder
	for y := range f.Rows {
		for x := range f.Columns {
			if c := f.at(x, y); c.rune > 0 {
				b.WriteRune(c.rune)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// terminal is the instrument, with the same recording on its stage.
type terminal struct {
	model *app.Model
	w, h  int
}

func openTerminal(t *testing.T, w, h int, dark bool) *terminal {
	t.Helper()
	recorded, err := app.Load(recording())
	if err != nil {
		t.Fatal(err)
	}
	c := course.Read(root)
	c.Root = t.TempDir() // no progress, no prediction
	ground := theme.Light
	if dark {
		ground = theme.Dark
	}
	m := app.New(c, theme.New(grid.TrueColor, ground, false))
	t.Cleanup(m.Close)
	m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	m.Open(recorded)
	return &terminal{m, w, h}
}

// cells are what a terminal shows after it has read the frame.
func (x *terminal) cells() func(x, y int) cell {
	screen := vt.NewEmulator(x.w, x.h)
	screen.Write([]byte(strings.ReplaceAll(x.model.View(), "\n", "\r\n")))
	return func(x, y int) cell {
		c := screen.CellAt(x, y)
		if c == nil || c.Content == "" && c.Width == 0 {
			return cell{rune: -1}
		}
		content := []rune(c.Content + " ")
		got := cell{rune: content[0], fg: bits(c.Style.Fg), bg: bits(c.Style.Bg)}
		for attr, mine := range map[uint8]grid.Attr{uv.AttrBold: grid.Bold, uv.AttrFaint: grid.Faint, uv.AttrReverse: grid.Reverse} {
			if c.Style.Attrs&attr != 0 {
				got.attr |= mine
			}
		}
		if c.Style.Underline != 0 {
			got.attr |= grid.Underline
		}
		return got.seen()
	}
}

func bits(c color.Color) uint32 {
	if c == nil {
		return 0
	}
	r, g, b, _ := c.RGBA()
	return 1<<24 | r>>8<<16 | g>>8<<8 | b>>8
}

// press is one key: as the browser has it, and as the terminal has it.
type press struct {
	key   string // of the keyboard
	shift bool
	tea   tea.KeyMsg
}

func letter(s string) press {
	return press{key: s, tea: tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(s)}}
}

var (
	left     = press{key: "ArrowLeft", tea: tea.KeyMsg{Type: tea.KeyLeft}}
	right    = press{key: "ArrowRight", tea: tea.KeyMsg{Type: tea.KeyRight}}
	farRight = press{key: "ArrowRight", shift: true, tea: tea.KeyMsg{Type: tea.KeyShiftRight}}
	home     = press{key: "Home", tea: tea.KeyMsg{Type: tea.KeyHome}}
	down     = press{key: "ArrowDown", tea: tea.KeyMsg{Type: tea.KeyDown}}
	esc      = press{key: "Escape", tea: tea.KeyMsg{Type: tea.KeyEsc}}
	tab      = press{key: "Tab", tea: tea.KeyMsg{Type: tea.KeyTab}}
	enter    = press{key: "Enter", tea: tea.KeyMsg{Type: tea.KeyEnter}}
	space    = press{key: " ", tea: tea.KeyMsg{Type: tea.KeySpace, Runes: []rune(" ")}}
)

func (p pageInBrowser) press(k press) {
	p.t.Helper()
	const shift = 8
	modifiers := 0
	if k.shift {
		modifiers = shift
	}
	p.Press(k.key, modifiers)
}

// TestThePage has one browser for all that is tried on pages: to start one takes longer
// than the rest.
func TestThePage(t *testing.T) {
	tryThePage(t, inChromium(t), dark, light, played, hostile)
}

// TestThePageInFirefox: the other engine that most readers have. On which ground it draws is no
// matter of the engine.
func TestThePageInFirefox(t *testing.T) {
	tryThePage(t, inFirefox(t), dark, played, hostile)
}

// trial is something that is tried on a page.
type trial struct {
	name string
	try  func(pageInBrowser, string)
}

var (
	dark    = trial{"shows in the dark what the terminal shows", func(p pageInBrowser, file string) { showsWhatTheTerminalShows(p, file, true) }}
	light   = trial{"and on a light ground", func(p pageInBrowser, file string) { showsWhatTheTerminalShows(p, file, false) }}
	played  = trial{"plays", plays}
	hostile = trial{"has nothing of the recording as HTML", nothingOfTheRecordingIsHTML}
)

func tryThePage(t *testing.T, p pageInBrowser, trials ...trial) {
	file := write(t, "run.html", export.Options{})
	for _, c := range trials {
		t.Run(c.name, func(t *testing.T) {
			p := p
			p.t = t
			p.tells(t)
			p.Size(1180, 860)
			c.try(p, file)
		})
	}
	p.tells(t)
}

// showsWhatTheTerminalShows: the same keys lead both to the same moments, and
// all cells are the same there, apart from the row of keys. The page fetches nothing.
func showsWhatTheTerminalShows(p pageInBrowser, file string, dark bool) {
	t := p.t
	p.Ground(dark)
	p.OpenFile(file)
	first := p.frame()
	if text := first.text(); !strings.Contains(text, "the claim") || !strings.Contains(text, "predict") {
		t.Fatalf("the page does not begin with the lesson's question:\n%s", text)
	}
	if first.Columns < 100 || first.Rows < 36 {
		t.Fatalf("only %dx%d cells", first.Columns, first.Rows)
	}
	p.press(enter)
	p.press(letter("R")) // not at the reader's pace: no clock moves the playhead
	x := openTerminal(t, first.Columns, first.Rows, dark)
	for n, keys := range [][]press{
		{home, letter("."), letter("."), letter("."), letter("."), letter(".")},
		{letter("."), letter("."), letter(".")},
		{farRight},
		{right, right, right},
		{letter("+"), letter("+"), left},
		{letter("z"), right},
		{down, down},
		{letter("n"), letter("n")},
		{letter("t"), right, right},
		{letter("t"), letter("-"), tab},
		{space},
		{tab, space},
		{letter("Z"), letter("Z"), letter("Z")},
		{esc, esc, letter("p")},
	} {
		for _, k := range keys {
			p.press(k)
			x.model.Update(k.tea)
		}
		f, want := p.frame(), x.cells()
		differ := 0
		for y := range f.Rows - 1 {
			for col := range f.Columns {
				if got, want := f.at(col, y), want(col, y); got != want {
					if differ++; differ < 5 {
						t.Errorf("moment %d, column %d of row %d: %v, in a terminal %v", n, col, y, got, want)
					}
				}
			}
		}
		if differ > 0 {
			t.Fatalf("moment %d: %d cells differ:\n%s", n, differ, f.text())
		}
	}
	for _, address := range p.asked() {
		if !strings.HasPrefix(address, "file:") && !strings.HasPrefix(address, "data:") {
			t.Errorf("the page has asked for %s", address)
		}
	}
	if faults := p.faults(); len(faults) > 0 {
		t.Errorf("faults of the page: %q", faults)
	}
}

// plays: the run is led at the reader's pace from its first moment, a window
// of another size is filled, a press on the strip moves the playhead, what is shown is
// painted, and said to who does not see it.
func plays(p pageInBrowser, file string) {
	t := p.t
	p.Ground(true)
	p.OpenFile(file)
	p.frame()
	p.press(letter("b")) // a prediction
	p.press(enter)
	if text := p.frame().text(); !strings.Contains(text, "GUIDED") && !strings.Contains(text, "MOMENT") {
		t.Fatalf("it is not led:\n%s", text)
	}
	p.Until("the first moment", "painted() && !painted().moves && document.getElementById('words').textContent.includes('moment 1 of')")

	p.press(letter("R"))
	p.press(home)
	p.press(space) // replay
	if f := p.frame(); !f.Moves {
		t.Fatalf("it does not replay:\n%s", f.text())
	}
	p.smoothness()
	p.press(space)
	if f := p.frame(); f.Moves || !strings.Contains(f.text(), "PAST") {
		t.Fatalf("it does not pause:\n%s", f.text())
	}

	// A small window has one panel, in letters that can be read.
	p.Size(510, 400)
	p.Until("the smallest stage", "painted() && painted().columns * painted().wide <= 510 && painted().rows * painted().high <= 400")
	if f := p.frame(); f.Columns < 60 || f.Columns >= 80 || f.Rows < 20 || strings.Contains(f.text(), "Enlarge the window") {
		t.Fatalf("%dx%d cells:\n%s", f.Columns, f.Rows, f.text())
	}
	p.Size(900, 600)
	p.Until("another size", "painted() && painted().columns >= 80 && painted().columns * painted().wide <= 900 && painted().rows * painted().high <= 600")
	f := p.frame()
	if f.Columns < 80 || f.Rows < 24 {
		t.Fatalf("only %dx%d cells", f.Columns, f.Rows)
	}

	// The end says what was predicted, and the verdict.
	p.press(press{key: "End"})
	if text := p.frame().text(); !strings.Contains(text, "ENDED") || !strings.Contains(text, "claim") {
		t.Fatalf("no verdict at the end:\n%s", text)
	}

	// Each cell that shows something has ink, each that does not is its ground alone.
	p.press(home)
	f = p.frame()
	var inked []int
	p.Eval(`(() => {
		const f = painted(), c = document.getElementById('stage').getContext('2d'), all = [];
		for (let y = 0; y < f.rows; y++) for (let x = 0; x < f.columns; x++) {
			const d = c.getImageData(Math.ceil(x * f.wide), y * f.high, Math.floor(f.wide) - 1, f.high).data;
			let inked = 0;
			for (let i = 4; i < d.length; i += 4) if (d[i] !== d[0] || d[i+1] !== d[1] || d[i+2] !== d[2]) { inked = 1; break; }
			all.push(inked);
		}
		return all;
	})()`, &inked)
	for i, has := range inked {
		c := f.at(i%f.Columns, i/f.Columns)
		full := c.rune >= '▁' && c.rune <= '█' || c.attr&grid.Underline != 0
		if shows := c.rune > ' '; shows && has == 0 && !full {
			t.Errorf("column %d of row %d: %v is not painted", i%f.Columns, i/f.Columns, c)
		}
	}
}

// smoothness says how many frames a second are painted while a run is replayed, and how long the page
// works for one. (go test ./tui/export -run ThePage -v)
func (p pageInBrowser) smoothness() {
	const frames = 40
	var from, to struct{ Frames, Worked, At float64 }
	p.Eval("pace()", &from)
	p.Until("frames", fmt.Sprintf("pace().frames >= %g", from.Frames+frames))
	p.Eval("pace()", &to)
	n := to.Frames - from.Frames
	p.t.Logf("%.0f frames a second, %.1f ms of work for each", n/(to.At-from.At)*1000, (to.Worked-from.Worked)/n)
}

// nothingOfTheRecordingIsHTML: a hostile program's words stay words.
func nothingOfTheRecordingIsHTML(p pageInBrowser, _ string) {
	t := p.t
	hostile := `</script><img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`
	file := filepath.Join(t.TempDir(), "run.jsonl")
	quoted := strings.ReplaceAll(hostile, `"`, `\"`)
	text := `{"fdlab-trace":1,"program":"` + quoted + `","started":"2024-05-06T07:08:09Z"}
{"kind":"thread-begin","seq":1,"t":5,"thread":1,"name":"` + quoted + `"}
{"kind":"step","seq":2,"t":9,"thread":1,"text":"` + quoted + `","number":1,"of":1}
{"records":2,"lost":0}
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	run, flaw, err := export.Read(file, &course.Catalogue{})
	if err != nil || flaw != nil {
		t.Fatal(err, flaw)
	}
	where, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "run.html")
	if err := export.WriteFile(context.Background(), out, where, run, export.Options{}); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(page), "onerror") || strings.Contains(string(page), "taken") {
		t.Fatal("the program's words stand in the page as they are")
	}
	if most := 3 << 20; len(page) > most {
		t.Errorf("the page has %d bytes, more than %d", len(page), most)
	}
	p.OpenFile(out)
	f := p.frame()
	if text := f.text(); !strings.Contains(text, "</script><img") {
		t.Errorf("the program's words are not shown:\n%s", text)
	}
	p.Until("the words for who does not see it", "document.getElementById('words').textContent.includes('<img')")
	var title string
	var elements int
	p.Eval("document.title", &title)
	p.Eval("document.querySelectorAll('img').length", &elements)
	if title != "fdlab: a recorded run" || elements != 0 || len(p.faults()) > 0 {
		t.Errorf("title %q, %d pictures, faults %q", title, elements, p.faults())
	}
}

// TestAFileThatIsThereIsLeft as it is, and a fault leaves no file.
func TestAFileThatIsThereIsLeft(t *testing.T) {
	run, _, err := export.Read(recording(), course.Read(root))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "run.html")
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	where, _ := filepath.Abs(root)
	if err := export.WriteFile(context.Background(), file, where, run, export.Options{}); err == nil || !strings.Contains(err.Error(), "there already") {
		t.Errorf("error %v", err)
	}
	if kept, _ := os.ReadFile(file); string(kept) != "mine" {
		t.Errorf("it has %q now", kept)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Nanosecond)
	defer cancel()
	other := filepath.Join(t.TempDir(), "other.html")
	if err := export.WriteFile(ctx, other, where, run, export.Options{}); err == nil {
		t.Error("a build that was broken off gave a page")
	}
	if _, err := os.Stat(other); err == nil {
		t.Error("it left a file")
	}
}
