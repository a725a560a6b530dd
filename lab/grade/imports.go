package grade

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// startsOthers returns the import by which a program could start another one,
// or "". It is the one look at the source: a child that lives for a moment may
// be gone before anybody sees it.
func startsOthers(root, pkg string) string {
	dir := filepath.Join(root, filepath.FromSlash(pkg))
	files, _ := os.ReadDir(dir)
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, file.Name()), nil, parser.ImportsOnly)
		if err != nil {
			continue // the compiler has said so
		}
		for _, spec := range f.Imports {
			if name, _ := strconv.Unquote(spec.Path.Value); name == "os/exec" || name == "plugin" {
				return name
			}
		}
	}
	return ""
}
