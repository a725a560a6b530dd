package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
)

// change is a program that was changed in one place.
type change struct {
	kind   string // "drop"
	text   string // what stood there, in one line
	line   int
	source []byte
}

// maker goes through a program and makes its changes: each is made in the tree,
// printed, and taken back.
type maker struct {
	fset *token.FileSet
	file *ast.File
	all  []change
	seen map[string]int
}

func newMaker(source []byte) *maker {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "main.go", source, parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	return &maker{fset: fset, file: file, seen: map[string]int{}}
}

// made keeps the program as it is now.
func (m *maker) made(kind string, at ast.Node, text string) {
	var b bytes.Buffer
	if format.Node(&b, m.fset, m.file) != nil {
		return
	}
	key := kind + text
	if m.seen[key]++; m.seen[key] > 1 {
		text += fmt.Sprintf(" (number %d)", m.seen[key])
	}
	m.all = append(m.all, change{kind, text, m.fset.Position(at.Pos()).Line, b.Bytes()})
}

// say returns a node's source in one line.
func (m *maker) say(n ast.Node) string {
	var b bytes.Buffer
	format.Node(&b, token.NewFileSet(), n)
	text := strings.Join(strings.Fields(b.String()), " ")
	return text[:min(len(text), 70)]
}

// faults makes one small fault for each place where it can. What only runs when a
// system call fails, as none does in a trial, is left as it is, and so is the usage.
func faults(source []byte, _ string) []change {
	m := newMaker(source)
	if m == nil {
		return nil
	}
	for _, d := range m.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
			m.block(f.Body)
		}
	}
	return m.all
}

// walk makes the faults inside a statement or an expression.
func (m *maker) walk(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			m.block(n)
			return false
		case *ast.CaseClause:
			m.list(&n.Body)
			for _, e := range n.List {
				m.walk(e)
			}
			return false
		case *ast.IfStmt:
			if m.usage(n) {
				return false
			}
			m.condition(&n.Cond)
			if n.Init != nil {
				m.walk(n.Init)
			}
			m.walk(n.Cond)
			if !m.forFailure(n) {
				m.walk(n.Body)
			}
			if n.Else != nil {
				m.walk(n.Else)
			}
			return false
		case *ast.CallExpr:
			if m.says(n) {
				return false
			}
			m.call(n)
		case *ast.ReturnStmt:
			if m.returnsFailure(n) {
				return false
			}
		case *ast.BinaryExpr:
			m.binary(n)
		case *ast.BasicLit:
			m.constant(n)
		case *ast.IndexExpr:
			if m.argument(n) {
				return false
			}
		}
		return true
	})
}

func (m *maker) block(b *ast.BlockStmt) { m.list(&b.List) }

// list drops each statement, and swaps each with the next.
func (m *maker) list(list *[]ast.Stmt) {
	all := *list
	for i, s := range all {
		if m.canDrop(s) {
			*list = append(append([]ast.Stmt{}, all[:i]...), all[i+1:]...)
			m.made("drop", s, m.say(s))
		}
		if i+1 < len(all) && m.canDrop(s) && m.canDrop(all[i+1]) {
			*list = append([]ast.Stmt{}, all...)
			(*list)[i], (*list)[i+1] = all[i+1], s
			m.made("swap", s, m.say(s)+" <> "+m.say(all[i+1]))
		}
	}
	*list = all
	m.unlocked(list)
	for _, s := range all {
		m.walk(s)
	}
}

// canDrop reports whether a statement can go: one that declares cannot, and what is
// printed for people is nobody's affair.
func (m *maker) canDrop(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		return !ok || !m.says(call)
	case *ast.AssignStmt:
		return s.Tok != token.DEFINE
	case *ast.IfStmt:
		return !m.forFailure(s)
	case *ast.IncDecStmt, *ast.DeferStmt, *ast.GoStmt, *ast.BranchStmt, *ast.SendStmt:
		return true
	case *ast.ReturnStmt:
		return len(s.Results) == 0
	}
	return false
}

// unlocked leaves out a lock: Lock and Unlock of one block.
func (m *maker) unlocked(list *[]ast.Stmt) {
	all := *list
	var kept []ast.Stmt
	var first ast.Stmt
	for _, s := range all {
		text := m.say(s)
		if strings.HasSuffix(text, ".Lock()") || strings.HasSuffix(text, ".Unlock()") {
			if first == nil {
				first = s
			}
			continue
		}
		kept = append(kept, s)
	}
	if first != nil {
		*list = kept
		m.made("unlock", first, m.say(first))
		*list = all
	}
}

// forFailure reports whether a statement is what is done when a call has failed:
// if err != nil { return err }.
func (m *maker) forFailure(s *ast.IfStmt) bool {
	cond, ok := s.Cond.(*ast.BinaryExpr)
	if !ok || cond.Op != token.NEQ || m.say(cond.X) != "err" && !strings.HasPrefix(m.say(cond.X), "errors.") || m.say(cond.Y) != "nil" || len(s.Body.List) != 1 {
		return m.usage(s)
	}
	switch only := s.Body.List[0].(type) {
	case *ast.ReturnStmt:
		return len(only.Results) > 0
	case *ast.ExprStmt:
		call, ok := only.X.(*ast.CallExpr)
		return ok && m.says(call)
	}
	return false
}

// returnsFailure reports whether a statement says what has failed.
func (m *maker) returnsFailure(s *ast.ReturnStmt) bool {
	return strings.Contains(m.say(s), "fmt.Errorf(")
}

// usage reports whether a statement says how the program is to be called, or what is
// wrong with its arguments.
func (m *maker) usage(s *ast.IfStmt) bool {
	if len(s.Body.List) != 1 {
		return false
	}
	only, ok := s.Body.List[0].(*ast.ExprStmt)
	return ok && strings.HasPrefix(m.say(only), "log.Fatal")
}

// says reports whether a call prints for people.
func (m *maker) says(call *ast.CallExpr) bool { return strings.HasPrefix(m.say(call.Fun), "log.") }

// condition inverts it.
func (m *maker) condition(cond *ast.Expr) {
	was := *cond
	*cond = &ast.UnaryExpr{Op: token.NOT, X: &ast.ParenExpr{X: was}}
	m.made("invert", was, m.say(was))
	*cond = was
}

// others are the operators that one is easily taken for.
var others = map[token.Token][]token.Token{
	token.LSS: {token.LEQ}, token.LEQ: {token.LSS}, token.GTR: {token.GEQ}, token.GEQ: {token.GTR},
	token.EQL: {token.NEQ}, token.NEQ: {token.EQL}, token.LAND: {token.LOR}, token.LOR: {token.LAND},
	token.ADD: {token.SUB}, token.SUB: {token.ADD},
}

func (m *maker) binary(n *ast.BinaryExpr) {
	was := m.say(n)
	for _, other := range others[n.Op] {
		op := n.Op
		n.Op = other
		m.made("operator", n, was)
		n.Op = op
	}
	if n.Op == token.OR && strings.HasPrefix(m.say(n.Y), "event.") { // a flag less
		x, y := n.X, n.Y
		n.Op, n.Y = token.OR, x
		m.made("flag", n, was)
		n.Y = y
	}
}

// constant changes a number.
func (m *maker) constant(n *ast.BasicLit) {
	if n.Kind != token.INT {
		return
	}
	was, line := n.Value, m.lineOf(n)
	value, err := strconv.ParseInt(was, 0, 64)
	if err != nil {
		return
	}
	for _, other := range []int64{value + 1, 0} {
		if other != value {
			n.Value = strconv.FormatInt(other, 10)
			m.made("constant", n, fmt.Sprintf("%s in line %q to %s", was, line, n.Value))
		}
	}
	n.Value = was
}

// lineOf says the statement in which a constant stands.
func (m *maker) lineOf(n ast.Node) string {
	var found ast.Node
	ast.Inspect(m.file, func(at ast.Node) bool {
		if at == nil || at.Pos() > n.Pos() || at.End() < n.End() {
			return false
		}
		switch at.(type) {
		case *ast.ExprStmt, *ast.AssignStmt, *ast.DeclStmt, *ast.ReturnStmt, *ast.CallExpr:
			found = at
		}
		return true
	})
	if found == nil {
		return ""
	}
	return m.say(found)
}

// call makes a call past the lab.
func (m *maker) call(n *ast.CallExpr) {
	sel, ok := n.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	pkg, ok := sel.X.(*ast.Ident)
	if !ok || pkg.Name != "sys" {
		return
	}
	switch sel.Sel.Name {
	case "Read", "Write", "Close", "SetNonblock":
		if m.imports("golang.org/x/sys/unix") {
			was := m.say(n)
			pkg.Name = "unix"
			m.made("past the lab", n, was)
			pkg.Name = "sys"
		}
	}
}

func (m *maker) imports(path string) bool {
	for _, spec := range m.file.Imports {
		if spec.Path.Value == strconv.Quote(path) {
			return true
		}
	}
	return false
}

// argument ignores an argument of the program, and reports whether it is one.
func (m *maker) argument(n *ast.IndexExpr) bool {
	index, ok := n.Index.(*ast.BasicLit)
	if !ok || m.say(n.X) != "os.Args" {
		return false
	}
	was, number := m.say(n), index.Value
	if number == "2" {
		index.Value = "1"
	} else {
		index.Value = "0"
	}
	m.made("argument", n, was)
	index.Value = number
	return true
}
