package app

import (
	"fmt"
	"go/ast"
	"go/token"
	"strconv"

	"fdlab/lab/world"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// lines are some of a file, from 1, both included.
type lines struct{ from, to int }

// eventMark is where a program makes an event: base.NewEvent(..., callback), and
// .Named("label") behind it.
type eventMark struct {
	label   string // "": it has none
	varies  bool   // the label is no literal, so it may be any
	own     lines  // of a callback that is written there
	calls   string // else the name of the function
	literal bool
}

// readCallbacks finds the functions and the events of a file.
func (f *sourceFile) readCallbacks(set *token.FileSet, tree *ast.File) {
	at := func(n ast.Node) lines { return lines{set.Position(n.Pos()).Line, set.Position(n.End()).Line} }
	f.funcs = map[string]lines{}
	for _, d := range tree.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			f.funcs[fn.Name.Name] = at(fn)
		}
	}
	seen := map[ast.Node]bool{}
	ast.Inspect(tree, func(n ast.Node) bool {
		if assign, ok := n.(*ast.AssignStmt); ok && len(assign.Lhs) == 1 && len(assign.Rhs) == 1 { // accept := func ...
			name, isName := assign.Lhs[0].(*ast.Ident)
			if fn, ok := assign.Rhs[0].(*ast.FuncLit); ok && isName {
				f.funcs[name.Name] = at(fn)
			}
		}
		call, ok := n.(*ast.CallExpr)
		if !ok || seen[call] {
			return true
		}
		e := eventMark{}
		if name, on := method(call); name == "Named" && len(call.Args) == 1 {
			made, ok := on.(*ast.CallExpr)
			if !ok {
				return true
			}
			e.label, ok = text(call.Args[0])
			e.varies = !ok
			seen[made], call = true, made
		}
		switch name, _ := method(call); name {
		case "NewEvent", "NewTimer", "NewSignal":
		case "Assign": // whatever name it gets, that is said elsewhere
			e.varies = true
		case "Watch": // of a loop (lab/experiment/loop), with a name
			for _, arg := range call.Args {
				if label, ok := text(arg); ok {
					e.label = label
				}
			}
		default:
			return true
		}
		if len(call.Args) == 0 {
			return true
		}
		switch callback := call.Args[len(call.Args)-1].(type) {
		case *ast.FuncLit:
			e.own, e.literal = at(callback), true
		case *ast.Ident:
			e.calls = callback.Name
		case *ast.SelectorExpr:
			e.calls = callback.Sel.Name
		default:
			return true
		}
		f.events = append(f.events, e)
		return true
	})
}

// method returns the name of a method that is called, and on what.
func method(call *ast.CallExpr) (name string, on ast.Expr) {
	if s, ok := call.Fun.(*ast.SelectorExpr); ok {
		return s.Sel.Name, s.X
	}
	return "", nil
}

// text is the value of a string literal.
func text(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// excerpt is some lines of a file.
type excerpt struct {
	file *sourceFile
	lines
	why string
}

// callback finds the lines of the callback that runs at the moment that is shown. ok is
// false where none runs, and where the text does not say for sure which it is.
func (c *code) callback(s *session) (found excerpt, ok bool) {
	shown, ok := s.Moment(0)
	if !ok {
		return excerpt{}, false
	}
	var runs *world.Frame
	for i := range shown.World.Threads {
		for k := range shown.World.Threads[i].Stack {
			if f := &shown.World.Threads[i].Stack[k]; f.Kind == world.InCallback && !f.Posted() && (runs == nil || f.Since > runs.Since) {
				runs = f // the latest one, and the innermost
			}
		}
	}
	if runs == nil {
		return excerpt{}, false
	}
	if found, ok = c.lookUp(runs.Name); ok {
		found.why = "the callback runs"
		if runs.Name != "" {
			found.why = fmt.Sprintf("the callback %s runs", runs.Name)
		}
	}
	return found, ok
}

// lookUp finds the callback of the events with a label: by the label itself, by a
// function of that name, or because only one event has no label, or one that varies.
func (c *code) lookUp(label string) (found excerpt, ok bool) {
	for _, is := range []func(e *eventMark) bool{
		func(e *eventMark) bool { return !e.varies && label != "" && e.label == label },
		func(e *eventMark) bool { return label != "" && e.calls == label },
		func(e *eventMark) bool { return label != "" && e.varies || label == "" && !e.varies && e.label == "" },
	} {
		n := 0
		for i := range c.files {
			for k := range c.files[i].events {
				if e := &c.files[i].events[k]; is(e) {
					if one, known := c.function(&c.files[i], e); known && (n == 0 || one != found) {
						found = one
						n++
					}
				}
			}
		}
		if n > 0 {
			return found, n == 1
		}
	}
	for i := range c.files { // it may be made elsewhere
		if l, ok := c.files[i].funcs[label]; ok {
			return excerpt{file: &c.files[i], lines: l}, true
		}
	}
	return excerpt{}, false
}

// function is where the callback of an event stands.
func (c *code) function(in *sourceFile, e *eventMark) (excerpt, bool) {
	if e.literal {
		return excerpt{file: in, lines: e.own}, true
	}
	for i := range c.files {
		if l, ok := c.files[i].funcs[e.calls]; ok {
			return excerpt{file: &c.files[i], lines: l}, true
		}
	}
	return excerpt{}, false
}

// drawCallback draws the lines of a callback below those of the step, in up to half of
// the rows, and returns what is left for the step.
func (m *Model) drawCallback(in grid.Region, c excerpt) grid.Region {
	th := m.theme
	rows := min(c.to-c.from+2, in.H/2)
	below, rest := in.Bottom(rows)
	chrome.Line(below, th, 0, fmt.Sprintf("%s:%d · %s", c.file.name, c.from, c.why), "", "")
	for y := 1; y < below.H && c.from+y-1 <= min(c.to, len(c.file.lines)); y++ {
		number := c.from + y - 1
		below.TextRight(6, y, th.Style(theme.Faint), strconv.Itoa(number))
		below.Cut(8, y, below.W-8, th.Style(theme.Code), c.file.lines[number-1])
	}
	if hidden := c.to - c.from + 2 - below.H; hidden > 0 {
		below.TextRight(below.W, below.H-1, th.Style(theme.Faint), fmt.Sprintf(" %d more", hidden))
	}
	return rest
}
