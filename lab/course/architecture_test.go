package course

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestTheArchitectureNamesEachPackageAndItsImporters: the table of docs/architecture.md has
// a row for each package of lab and tui. Its last column names each importer among these
// and the exercises tool (those in the package's own folder need not be named), and none
// that does not import it. Lessons, exercises and a program of one's own belong to the
// student, and may import what they like.
func TestTheArchitectureNamesEachPackageAndItsImporters(t *testing.T) {
	root := filepath.Join("..", "..")
	importers := importersOf(t, root)
	rows := architecture(t, root)
	for pkg := range importers {
		if _, ok := rows[pkg]; !ok {
			t.Errorf("docs/architecture.md has no row for %s", pkg)
		}
	}
	for pkg, callers := range rows {
		by, ok := importers[pkg]
		if !ok {
			t.Errorf("docs/architecture.md has a row for %s, which is no package", pkg)
		}
		for _, importer := range by {
			inside := strings.HasPrefix(importer, pkg+"/")
			if !inside && !slices.ContainsFunc(callers, func(c string) bool { return stands(c, importer) }) {
				t.Errorf("docs/architecture.md: %s is also called by %s", pkg, importer)
			}
		}
		for _, caller := range callers {
			if isPackage(root, caller) && caller != "exercises" && !slices.ContainsFunc(by, func(i string) bool { return stands(caller, i) }) {
				t.Errorf("docs/architecture.md: %s is not called by %s", pkg, caller)
			}
		}
	}
}

// stands reports whether a caller in the table stands for a package: "event" for
// lab/event, "tui" for all in that folder.
func stands(caller, pkg string) bool {
	if caller == "everybody" || strings.HasPrefix(caller, "tests") {
		return true
	}
	caller = strings.TrimSuffix(caller, "/*")
	return strings.HasPrefix(pkg+"/", caller+"/") || strings.HasPrefix(pkg+"/", "lab/"+caller+"/")
}

func isPackage(root, caller string) bool {
	for _, name := range []string{caller, "lab/" + caller} {
		if files, _ := filepath.Glob(filepath.Join(root, name, "*.go")); files != nil {
			return true
		}
	}
	return false
}

var architectureRow = regexp.MustCompile("(?m)^\\| `([a-z/]+)` \\|.*\\| ([^|]*) \\|$")

// architecture returns the callers of each package, as the table names them.
func architecture(t *testing.T, root string) map[string][]string {
	rows := map[string][]string{}
	_, text, _ := strings.Cut(read(t, filepath.Join(root, "docs", "architecture.md")), "| called by |")
	text, _, _ = strings.Cut(text, "\n## ")
	for _, m := range architectureRow.FindAllStringSubmatch(text, -1) {
		rows[m[1]] = strings.Split(m[2], ", ")
	}
	if len(rows) < 50 {
		t.Fatalf("%d rows were found", len(rows))
	}
	return rows
}

// importersOf returns the packages of lab and tui and the exercises tool, and which of
// them import each, tests aside.
func importersOf(t *testing.T, root string) map[string][]string {
	all := map[string][]string{}
	for _, top := range []string{"lab", "tui", "exercises"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			folder, _ := filepath.Rel(root, filepath.Dir(path))
			if d.IsDir() {
				_, ofItsOwn := os.Stat(filepath.Join(path, "go.mod"))
				if d.Name() == "testdata" || folder == "exercises" || ofItsOwn == nil {
					return filepath.SkipDir
				}
				return nil
			}
			if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
			if err != nil {
				return err
			}
			all[folder] = append(all[folder], nil...)
			for _, i := range file.Imports {
				name, _ := strconv.Unquote(i.Path.Value)
				pkg, ours := strings.CutPrefix(name, "fdlab/")
				if ours && !slices.Contains(all[pkg], folder) {
					all[pkg] = append(all[pkg], folder)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}
