package main

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// harmlessChanges makes changes that leave a program right: other buffers, a loop around
// Loop(Once), other names.
func harmlessChanges(source []byte, exercise string) []change {
	m := newMaker(source)
	if m == nil {
		return nil
	}
	m.buffers(exercise)
	m.loopsOnce()
	m.renamed()
	return m.all
}

// buffers gives all buffers another size, as far as the exercise leaves that open: in 03 a
// read is a job, and 12 moves megabytes.
func (m *maker) buffers(exercise string) {
	sizes := []int{1, 64, 64 << 10}
	switch exercise[:2] {
	case "03", "12", "13":
		sizes = sizes[1:]
	}
	lengths := m.lengths()
	for _, size := range sizes {
		was := make([]string, len(lengths))
		for i, l := range lengths {
			was[i], l.Value = l.Value, strconv.Itoa(size)
		}
		if len(lengths) > 0 {
			m.made("buffers", lengths[0], strconv.Itoa(size)+" bytes")
		}
		for i, l := range lengths {
			l.Value = was[i]
		}
	}
}

// lengths are those of byte arrays and slices that are buffers: what is shorter than 64
// bytes is a message of a fixed size.
func (m *maker) lengths() (all []*ast.BasicLit) {
	ast.Inspect(m.file, func(n ast.Node) bool {
		var length ast.Expr
		switch n := n.(type) {
		case *ast.ArrayType:
			if m.say(n.Elt) == "byte" {
				length = n.Len
			}
		case *ast.CallExpr:
			if m.say(n.Fun) == "make" && len(n.Args) == 2 && m.say(n.Args[0]) == "[]byte" {
				length = n.Args[1]
			}
		}
		if l, ok := length.(*ast.BasicLit); ok {
			if size, err := strconv.Atoi(l.Value); err == nil && size >= 64 {
				all = append(all, l)
			}
		}
		return true
	})
	return all
}

const loopOnce = `
// dispatchOnce is Dispatch, one iteration at a time.
func dispatchOnce(base *event.Base) (event.Reason, error) {
	for {
		reason, err := base.Loop(event.Once)
		if err != nil || reason != event.Done {
			return reason, err
		}
	}
}
`

// loopsOnce calls Loop(Once) in a loop, in the place of Dispatch.
func (m *maker) loopsOnce() {
	var calls []*ast.CallExpr
	ast.Inspect(m.file, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Dispatch" {
				calls = append(calls, call)
			}
		}
		return true
	})
	if len(calls) == 0 {
		return
	}
	was := make([]ast.Expr, len(calls))
	for i, call := range calls {
		was[i] = call.Fun
		call.Args = []ast.Expr{call.Fun.(*ast.SelectorExpr).X}
		call.Fun = ast.NewIdent("dispatchOnce")
	}
	m.made("loop", calls[0], "Loop(Once) again and again")
	m.all[len(m.all)-1].source = append(m.all[len(m.all)-1].source, loopOnce...)
	for i, call := range calls {
		call.Fun, call.Args = was[i], nil
	}
}

// renamed gives all functions and types of the program other names.
func (m *maker) renamed() {
	var names []string
	for _, d := range m.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.Name != "main" {
				names = append(names, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if t, ok := s.(*ast.TypeSpec); ok && d.Tok == token.TYPE {
					names = append(names, t.Name.Name)
				}
			}
		}
	}
	// A field or a method of the same name stays: its selector is renamed with it.
	var changed []*ast.Ident
	ast.Inspect(m.file, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && slices.Contains(names, id.Name) {
			changed = append(changed, id)
		}
		return true
	})
	for _, id := range changed {
		id.Name += "ByAnotherName"
	}
	m.made("names", m.file, strings.Join(names, ", "))
	for _, id := range changed {
		id.Name = strings.TrimSuffix(id.Name, "ByAnotherName")
	}
}
