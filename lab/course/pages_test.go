package course

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestWhatThePagesNameIsThere: each link leads to a file, and to a heading in it; each
// command names a package, each path a file, each test a test.
func TestWhatThePagesNameIsThere(t *testing.T) {
	root := filepath.Join("..", "..")
	tests := testsOf(t, root)
	for _, page := range markdown(t, root) {
		text := read(t, filepath.Join(root, page))
		for _, target := range links(text) {
			if why := broken(t, root, page, target); why != "" {
				t.Errorf("%s: the link %s: %s", page, target, why)
			}
		}
		for _, name := range packages(text) {
			if ways, _ := filepath.Glob(filepath.Join(root, name, "*.go")); len(ways) == 0 {
				t.Errorf("%s: a command names %s, which is no package", page, name)
			}
		}
		for _, name := range paths(text) {
			_, err := os.Stat(filepath.Join(root, name))
			if _, beside := os.Stat(filepath.Join(root, filepath.Dir(page), name)); err != nil && beside != nil {
				t.Errorf("%s: there is no %s", page, name)
			}
		}
		for _, name := range namedTests.FindAllString(text, -1) {
			if !regexp.MustCompile(`(?m)^` + name).MatchString(tests) {
				t.Errorf("%s: there is no test %s", page, name)
			}
		}
	}
}

var (
	link       = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	command    = regexp.MustCompile(`go (?:run|test|build|vet)((?: [^\s` + "`" + `|#]+)+)`)
	named      = regexp.MustCompile("`((?:lab|tui|docs|lessons|exercises|solutions)/[\\w./-]+)`")
	namedTests = regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w+`)
	invented   = regexp.MustCompile(`NAME|NN|14.linger`) // what a reader will make, in docs/adding-a-lesson.md
	heading    = regexp.MustCompile(`(?m)^#+ (.*)$`)
)

// markdown returns the Markdown files of the repository.
func markdown(t *testing.T, root string) (all []string) {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) == ".md" {
			name, _ := filepath.Rel(root, path)
			all = append(all, name)
		}
		return err
	})
	if err != nil || len(all) < 30 {
		t.Fatalf("%d pages, %v", len(all), err)
	}
	return all
}

func links(text string) (targets []string) {
	for _, m := range link.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(m[1], "://") {
			targets = append(targets, m[1])
		}
	}
	return targets
}

// broken says why a link leads nowhere, or "".
func broken(t *testing.T, root, page, target string) string {
	file, anchor, _ := strings.Cut(target, "#")
	to := filepath.Join(root, page)
	if file != "" {
		to = filepath.Join(root, filepath.Dir(page), file)
	}
	at, err := os.Stat(to)
	if err != nil {
		return "there is no such file"
	}
	if anchor == "" {
		return ""
	}
	if at.IsDir() {
		to = filepath.Join(to, "README.md")
	}
	for _, m := range heading.FindAllStringSubmatch(read(t, to), -1) {
		if slug(m[1]) == anchor {
			return ""
		}
	}
	return "there is no such heading"
}

// slug is the anchor that code hosts give a heading.
func slug(heading string) string {
	return strings.ReplaceAll(regexp.MustCompile(`[^\p{L}\p{N}\- _]`).ReplaceAllString(strings.ToLower(heading), ""), " ", "-")
}

// packages returns the packages that a page's commands name.
func packages(text string) (names []string) {
	for _, m := range command.FindAllStringSubmatch(text, -1) {
		for _, word := range strings.Fields(m[1]) {
			if word == "--" || word == "." {
				break
			}
			if strings.HasPrefix(word, "./") && !invented.MatchString(word) && !strings.Contains(word, "...") && word == strings.ToLower(word) {
				names = append(names, word)
				break // what follows is the program's
			}
		}
	}
	return names
}

func paths(text string) (names []string) {
	for _, m := range named.FindAllStringSubmatch(text, -1) {
		if !invented.MatchString(m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}

// testsOf returns the names of all tests, a line each.
func testsOf(t *testing.T, root string) string {
	var names strings.Builder
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if strings.HasSuffix(path, "_test.go") {
			for _, m := range function.FindAllStringSubmatch(read(t, path), -1) {
				names.WriteString(m[1] + "\n")
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names.String()
}
