package app

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/launch"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// code is the program's text over the stage: where the step that is shown begins,
// and the moment. It is the file as it is now, which may have been edited since.
type code struct {
	files []sourceFile
	shift int // rows that the reader has scrolled, from the place that is shown
}

// sourceFile is one of the program's files.
type sourceFile struct {
	name    string // "main.go"
	lines   []string
	steps   map[int]int    // the line of x.Step(n), by n
	moments map[string]int // the line of x.Moment("key"), by key

	funcs  map[string]lines // those that are declared, by name, also methods
	events []eventMark
}

// codeMsg is what was read.
type codeMsg struct {
	session int
	files   []sourceFile
	err     error
}

// sourceDir is where the program's files lie; "": fdlab does not know.
func (s *session) sourceDir(root string) string {
	switch {
	case s.own != nil && s.own.Files != nil:
		return filepath.Dir(s.own.Files[0])
	case s.own != nil:
		return filepath.Join(s.own.Root, filepath.FromSlash(s.own.Package))
	case s.lesson.Number > 0:
		return filepath.Join(root, filepath.FromSlash(s.lesson.Dir))
	}
	return ""
}

func codeKey() row {
	return row{Names: []string{"v"}, Sign: "v", Now: when(func(m *Model) bool { return m.session.sourceDir(m.course.Root) != "" }, "code"),
		Help: "shows the program's text at the shown step or moment, and the callback that runs", Do: (*Model).openCode}
}

// openCode reads the program's files and shows them.
func (m *Model) openCode() tea.Cmd {
	s := m.session
	dir, number := s.sourceDir(m.course.Root), s.number
	if dir == "" {
		m.message = "This is a recording of a program that is no lesson of the course: its text is not here."
		return nil
	}
	return safely(func() tea.Msg {
		files, err := readSource(dir)
		return codeMsg{number, files, err}
	})
}

func (m *Model) showCode(msg codeMsg) {
	switch {
	case m.session == nil || m.session.number != msg.session || m.screen != atStage:
	case msg.err != nil:
		m.message = "The program's text cannot be read: " + msg.err.Error()
	default:
		m.over = &code{files: msg.files}
	}
}

// readSource reads the Go files of a program, main.go first.
func readSource(dir string) (files []sourceFile, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files = append(files, readMarks(filepath.Base(name), text))
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%q has no Go file", dir)
	}
	slices.SortStableFunc(files, func(a, b sourceFile) int {
		if (a.name == "main.go") == (b.name == "main.go") {
			return 0
		} else if a.name == "main.go" {
			return -1
		}
		return 1
	})
	return files, nil
}

// readMarks finds the steps and moments in a file. Of one that is just being edited,
// and does not parse, it finds what can be found.
func readMarks(name string, text []byte) sourceFile {
	f := sourceFile{name: name, steps: map[int]int{}, moments: map[string]int{}}
	for line := range strings.Lines(string(text)) {
		f.lines = append(f.lines, launch.Quote([]byte(strings.TrimRight(line, "\r\n"))))
	}
	set := token.NewFileSet()
	tree, _ := parser.ParseFile(set, name, text, parser.SkipObjectResolution)
	if tree == nil {
		return f
	}
	f.readCallbacks(set, tree)
	ast.Inspect(tree, func(n ast.Node) bool {
		if field, ok := n.(*ast.KeyValueExpr); ok { // of a script: {At: ..., Moment: "key"}
			name, isName := field.Key.(*ast.Ident)
			if value, ok := field.Value.(*ast.BasicLit); ok && isName && name.Name == "Moment" {
				if key, err := strconv.Unquote(value.Value); err == nil {
					f.moments[key] = set.Position(n.Pos()).Line
				}
			}
			return true
		}
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		argument, isLiteral := call.Args[0].(*ast.BasicLit)
		if !ok || !isLiteral {
			return true
		}
		switch line := set.Position(call.Pos()).Line; method.Sel.Name {
		case "Step":
			if n, err := strconv.Atoi(argument.Value); err == nil {
				f.steps[n] = line
			}
		case "Moment":
			if key, err := strconv.Unquote(argument.Value); err == nil {
				f.moments[key] = line
			}
		}
		return true
	})
	return f
}

// place is what the text is opened at: the file, the first line and the last of what
// is shown, from 1, and why.
func (c *code) place(s *session) (file *sourceFile, from, to int, why string) {
	if i, _, ok := s.Standing(); ok {
		key := s.world.Live.Moments[i].Key
		for i := range c.files {
			if line := c.files[i].moments[key]; line > 0 {
				return &c.files[i], line, line, "the moment is marked here"
			}
		}
	}
	shown, ok := s.Moment(0)
	if ok && len(shown.World.Steps) > 0 {
		n := len(shown.World.Steps)
		for i := range c.files {
			f := &c.files[i]
			if from = f.steps[n]; from == 0 {
				continue
			}
			if to = f.steps[n+1] - 1; to < from {
				to = from
			}
			return f, from, to, fmt.Sprintf("step %d begins here", n)
		}
	}
	return &c.files[0], 1, 1, ""
}

func (c *code) key(m *Model, key string) tea.Cmd {
	switch key {
	case "up", "k":
		c.shift--
	case "down", "j":
		c.shift++
	case "pgup", "ctrl+u":
		c.shift -= m.grid.H / 2
	case "pgdown", "ctrl+d", " ":
		c.shift += m.grid.H / 2
	case "E":
		return m.edit()
	default:
		m.over = nil
	}
	return nil
}

// draw draws the text over the stage.
func (c *code) draw(m *Model, r grid.Region) {
	th, s := m.theme, m.session
	f, from, to, why := c.place(s)
	called, runs := c.callback(s)
	title := f.name
	if why != "" {
		title += fmt.Sprintf(":%d · %s", from, why)
	}
	in := chrome.Over(r, th, title, "↑↓ scroll   E edit   any other key closes this", r.H)
	if runs {
		in = m.drawCallback(in, called)
	}
	most := max(len(f.lines)-in.H, 0)
	first := min(max(from-1-in.H/4, 0), most)
	c.shift = min(max(c.shift, -first), most-first)
	first += c.shift
	for y := 0; y < in.H && first+y < len(f.lines); y++ {
		number := first + y + 1
		st := th.Style(theme.Faint)
		if why != "" && number >= from && number <= to {
			st = th.Style(theme.Code)
			if number == from {
				in.Set(0, y, th.Glyphs.Arrow, th.Style(theme.Key))
			}
		} else if why == "" {
			st = th.Style(theme.Code)
		}
		in.TextRight(6, y, th.Style(theme.Faint), strconv.Itoa(number))
		in.Cut(8, y, in.W-8, st, f.lines[number-1])
	}
}
