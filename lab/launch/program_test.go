package launch

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const emptyMain = "package main\n\nfunc main() {}\n"

// TestFindAProgram: in the clone and in a module that knows fdlab it is a package
// of that module; elsewhere it is its files.
func TestFindAProgram(t *testing.T) {
	clone := write(t, map[string]string{
		"go.mod":               "module fdlab\n",
		"mine/main.go":         emptyMain,
		"mine/main_test.go":    "package main\n",
		"mine/_old.go":         emptyMain,
		"mine/more.go":         "package main\n",
		"peers/go.mod":         "module peers\n\nrequire fdlab v0.0.0\n\nreplace fdlab => ../\n",
		"peers/child/main.go":  emptyMain,
		"lessons/01-x/main.go": emptyMain,
	})
	far := write(t, map[string]string{"echo/main.go": emptyMain, "echo/more.go": "package main\n", "echo/alone.go": emptyMain, "echo/.main.go": emptyMain, "go.mod": "module fdlabish\n"})
	clone, far = resolved(t, clone), resolved(t, far)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(clone, "mine"), link); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]Program{
		clone + "/mine":                 {Root: clone, Package: "./mine", Name: "mine"},
		clone + "/mine/main.go":         {Root: clone, Package: "./mine", Name: "mine"},
		clone + "/lessons/../mine/":     {Root: clone, Package: "./mine", Name: "mine"},
		link:                            {Root: clone, Package: "./mine", Name: "mine"},
		clone + "/peers/child":          {Root: filepath.Join(clone, "peers"), Package: "./child", Name: "child"},
		far + "/echo":                   {Root: clone, Files: []string{far + "/echo/alone.go", far + "/echo/main.go", far + "/echo/more.go"}, Name: "echo"},
		far + "/echo/alone.go":          {Root: clone, Files: []string{far + "/echo/alone.go"}, Name: "alone"},
		clone + "/mine/more.go":         {Root: clone, Files: []string{clone + "/mine/more.go"}, Name: "more"},
		clone + "/lessons/01-x/main.go": {Root: clone, Package: "./lessons/01-x", Name: "01-x"},
	} {
		got, err := Find(clone, path)
		if err != nil || got.Root != want.Root || got.Package != want.Package || got.Name != want.Name || !slices.Equal(got.Files, want.Files) {
			t.Errorf("%s: %+v, %v, want %+v", path, got, err, want)
		}
	}
	for path, want := range map[string]string{
		clone + "/nowhere":           "is not there: name the folder",
		clone + "/lessons":           `has no Go file: name one of its folders: "01-x"`,
		clone + "/go.mod":            "is no Go program",
		clone + "/mine/main_test.go": "is no Go program",
		clone + "/mine/_old.go":      "is no Go program",
		clone + "/no\x1b[31m":        `no\x1b[31m`,
		t.TempDir():                  "name the folder that main.go lies in",
	} {
		if _, err := Find(clone, path); err == nil || !strings.Contains(err.Error(), want) || strings.ContainsRune(err.Error(), '\x1b') {
			t.Errorf("%q: the error %v does not say %q", path, err, want)
		}
	}
}

// resolved is a folder by its own name: a temporary one may lie behind a link.
func resolved(t testing.TB, dir string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestAProgramFromAnywhere is built against fdlab's packages, runs in its own working
// folder, gets its arguments, and reads what is typed until the input ends.
func TestAProgramFromAnywhere(t *testing.T) {
	dir := resolved(t, write(t, map[string]string{"more.go": "package main\n\nconst hello = \"here\"\n", "main.go": `package main

import (
	"fmt"
	"os"

	"fdlab/lab/sys"
)

func main() {
	where, _ := os.Getwd()
	fmt.Println(hello, where, os.Args[1:])
	for {
		var b [64]byte
		n, err := sys.Read(0, b[:])
		if n <= 0 {
			fmt.Println("end", n, err)
			return
		}
		fmt.Printf("read %q\n", b[:n])
	}
}
`}))
	p, err := Find(root(t), dir)
	if err != nil {
		t.Fatal(err)
	}
	b, err := BuildProgram(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Remove()
	r, err := Start(b, Options{Args: []string{"-one", "two"}, Dir: dir, Stdin: true, RingSlots: 1 << 12})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	says := func(want string) {
		t.Helper()
		within(t, want, func() bool { return slices.Contains(texts(r), want) })
	}
	says("here " + dir + " [-one two]")
	if err := r.Type("hello\n"); err != nil || !r.HasInput() {
		t.Errorf("typing: %v", err)
	}
	says(`read "hello\n"`)
	if err := r.EndInput(); err != nil || r.HasInput() {
		t.Errorf("ending the input: %v", err)
	}
	says("end 0 <nil>")
	if err := r.Type("late"); err == nil {
		t.Error("a closed input takes more")
	}
	ended(t, r)
}

// TestAProgramThatDoesNotRead takes what a pipe holds. Then who types is told so.
func TestAProgramThatDoesNotRead(t *testing.T) {
	r := start(t, "stubborn", Options{Stdin: true})
	err := r.Type(strings.Repeat("x", 1<<20))
	if err == nil || !strings.Contains(err.Error(), "does not read its standard input") {
		t.Errorf("a mebibyte for nobody: %v", err)
	}
}

// TestAMistakeFarAway is named by a file that can be read.
func TestAMistakeFarAway(t *testing.T) {
	dir := write(t, map[string]string{"main.go": "package main\n\nfunc main() { undefined1() }\n"})
	p, err := Find(root(t), dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = BuildProgram(context.Background(), p)
	var broken *BuildError
	if !errors.As(err, &broken) || len(broken.Problems) != 1 || broken.Problems[0].Line != 3 {
		t.Fatalf("%v: %+v", err, broken)
	}
	text, err := os.ReadFile(broken.Problems[0].Path(p.Root))
	if err != nil || !strings.Contains(string(text), "undefined1") {
		t.Errorf("the file %q is not found from the root: %v", broken.Problems[0].File, err)
	}
}
