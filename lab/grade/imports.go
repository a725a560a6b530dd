package grade

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"fdlab/lab/launch"
)

// source is what the grader knows of a program's text. A child that lives for a moment
// may be gone before anybody sees it, and a call that is made past the lab leaves no
// record: those two are looked for there, and nothing else is.
type source struct {
	startsOthers string   // the import by which it could start another program, or ""
	waits        bool     // it calls poll, select or the like itself
	exits        bool     // it calls os.Exit, and not on main's own lines
	asksTCP      bool     // it asks the kernel for a connection's state: TCP_INFO
	pastTheLab   []string // calls that move bytes or close fds without a record: "main.go:41 calls unix.Close"
}

// ioCalls are calls that open, read, write or close an fd past fdlab/lab/sys.
var ioCalls = map[string][]string{
	"golang.org/x/sys/unix": rawCalls,
	"syscall":               rawCalls,
	"os":                    {"NewFile", "Open", "OpenFile", "Create", "Pipe"},
	"net":                   {"Listen", "ListenTCP", "Dial", "DialTCP", "DialTimeout", "FileConn", "FileListener"},
}

var rawCalls = []string{"Read", "Pread", "Readv", "Recvfrom", "Recvmsg", "Write", "Pwrite", "Writev", "Sendto", "Sendmsg", "Splice",
	"Close", "Open", "Openat", "Pipe", "Pipe2", "Socket", "Socketpair", "Accept", "Accept4", "Bind", "Connect", "Listen", "Shutdown",
	"Eventfd", "Dup", "Dup2", "Dup3"}

// waitCalls are those of unix and syscall that wait for fds.
var waitCalls = []string{"Poll", "Ppoll", "Select", "Pselect", "EpollWait"}

func readSource(p launch.Program) (s source) {
	files := p.Files
	if files == nil {
		files, _ = filepath.Glob(filepath.Join(p.Root, filepath.FromSlash(p.Package), "*.go"))
	}
	for _, file := range files {
		if !launch.IsSource(file) {
			continue
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, file, nil, 0)
		if err != nil {
			continue // the compiler has said so
		}
		s.add(fset, filepath.Base(file), f)
	}
	return s
}

func (s *source) add(fset *token.FileSet, name string, f *ast.File) {
	watched := map[string][]string{} // by what the file calls the package
	for _, spec := range f.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		if path == "os/exec" || path == "plugin" {
			s.startsOthers = path
		}
		called := path[strings.LastIndexByte(path, '/')+1:]
		if spec.Name != nil {
			called = spec.Name.Name
		}
		watched[called] = ioCalls[path]
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if f, ok := n.(*ast.FuncDecl); ok {
			s.exits = s.exits || exits(f)
		}
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
			pkg, ok := sel.X.(*ast.Ident)
			if ok && watched[pkg.Name] != nil && slices.Contains(waitCalls, sel.Sel.Name) {
				s.waits = true
			}
			if ok && watched[pkg.Name] != nil && sel.Sel.Name == "GetsockoptTCPInfo" {
				s.asksTCP = true
			}
			if ok && slices.Contains(watched[pkg.Name], sel.Sel.Name) && !standardOutput(call) {
				s.pastTheLab = append(s.pastTheLab, fmt.Sprintf("%s:%d calls %s.%s", name, fset.Position(call.Pos()).Line, pkg.Name, sel.Sel.Name))
			}
		}
		return true
	})
}

// exits reports whether a function calls os.Exit or the like; of main only what stands in a
// function literal counts: it may run inside a callback.
func exits(f *ast.FuncDecl) (yes bool) {
	var calls func(n ast.Node) bool
	inside := f.Name.Name != "main" || f.Recv != nil
	calls = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			before := inside
			inside = true
			ast.Inspect(n.Body, calls)
			inside = before
			return false
		case *ast.SelectorExpr:
			pkg, ok := n.X.(*ast.Ident)
			yes = yes || ok && inside && n.Sel.Name == "Exit" && slices.Contains([]string{"os", "syscall", "unix"}, pkg.Name)
		}
		return true
	}
	ast.Inspect(f, calls)
	return yes
}

// standardOutput reports whether a call is about fd 1 or 2: what is printed is judged
// by what comes out, and needs no record.
func standardOutput(call *ast.CallExpr) bool {
	if len(call.Args) == 0 {
		return false
	}
	number, ok := call.Args[0].(*ast.BasicLit)
	return ok && (number.Value == "1" || number.Value == "2")
}
