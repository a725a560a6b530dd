package launch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFindRootWalksUp(t *testing.T) {
	dir := write(t, map[string]string{
		"go.mod":          "// a comment\nmodule fdlab\n",
		"lessons/01-x/.k": "",
	})
	for _, from := range []string{dir, filepath.Join(dir, "lessons"), filepath.Join(dir, "lessons/01-x")} {
		if got, err := FindRoot(from); err != nil || got != dir {
			t.Errorf("FindRoot(%q) = %q, %v", from, got, err)
		}
	}
}

func TestFindRootSaysWhereItLooked(t *testing.T) {
	dir := write(t, map[string]string{"go.mod": "module other\n", "sub/.k": ""})
	sub := filepath.Join(dir, "sub")
	_, err := FindRoot(sub)
	for _, want := range []string{sub, `of module "other"`, "cd into your clone", "-C"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error %v does not say %q", err, want)
		}
	}
	if _, err := FindRoot(filepath.Join(dir, "nothing")); err == nil || !strings.Contains(err.Error(), "not a folder") {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func TestBuildNamesFileAndLine(t *testing.T) {
	dir := write(t, map[string]string{
		"go.mod":               "module fdlab\n",
		"lessons/01-x/main.go": "package main\n\nfunc f(a int) {}\n\nfunc main() {\n\tundefined1()\n\tf(1, 2)\n}\n",
	})
	_, err := Build(context.Background(), dir, "./lessons/01-x")
	var broken *BuildError
	if !errors.As(err, &broken) {
		t.Fatalf("want a *BuildError, have %v", err)
	}
	if len(broken.Problems) != 2 {
		t.Fatalf("problems: %v of output %q", broken.Problems, broken.Output)
	}
	p := broken.Problems[0]
	if p.File != "lessons/01-x/main.go" || p.Line != 6 || p.Column != 2 || !strings.Contains(p.Text, "undefined1") {
		t.Errorf("first problem: %+v", p)
	}
	if p := broken.Problems[1]; p.Line != 7 || !strings.Contains(p.Text, "\nhave (number, number)") {
		t.Errorf("the second problem lost its further lines: %+v", p)
	}
	if text := err.Error(); !strings.Contains(text, "lessons/01-x/main.go:6:2: undefined") || !strings.Contains(text, "1 more") {
		t.Errorf("error: %s", text)
	}
}

func TestBuildRefusesWhatIsNoProgram(t *testing.T) {
	dir := write(t, map[string]string{
		"go.mod":          "module fdlab\n",
		"library/lib.go":  "package library\n",
		"empty/README.md": "",
		"nomain/main.go":  "package main\n",
		"syntax/main.go":  "package main\nfunc main() { \x1b }\n",
		"file":            "",
		"imports/main.go": "package main\nimport _ \"no/such/package\"\nfunc main() {}\n",
	})
	for pkg, want := range map[string]string{
		"./library": "not a program: its first line must be `package main`",
		"./empty":   "no main.go",
		"./gone":    "is gone",
		"./file":    "not a folder",
		"./nomain":  "function main is undeclared",
		"./syntax":  "syntax/main.go:2:15: invalid character",
		"./imports": "imports/main.go:2:8: package no/such/package is not in std",
	} {
		b, err := Build(context.Background(), dir, pkg)
		if err == nil {
			b.Remove()
			t.Errorf("%s was built", pkg)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: the error %q does not say %q", pkg, err, want)
		} else if strings.ContainsRune(err.Error(), '\x1b') {
			t.Errorf("%s: an escape byte is in the error %q", pkg, err)
		}
	}
}

func TestBuildWithoutGo(t *testing.T) {
	dir := root(t)
	t.Setenv("PATH", t.TempDir())
	_, err := Build(context.Background(), dir, "./lab/launch/testdata/plain")
	if err == nil || !strings.Contains(err.Error(), "https://go.dev/dl") {
		t.Errorf("no go command: %v", err)
	}
}

func TestBuildIsBrokenOff(t *testing.T) {
	dir, temp := root(t), t.TempDir()
	t.Setenv("TMPDIR", temp)
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error, 1)
	go func() {
		b, err := Build(ctx, dir, "./lab/launch/testdata/family")
		if err == nil {
			b.Remove()
		}
		result <- err
	}()
	// The go command's work folder shows that it is at work.
	within(t, "the build has begun", func() bool { return len(entries(t, temp)) > 0 || len(result) > 0 })
	cancel()
	if err := <-result; err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("error: %v", err)
	}
	within(t, "the work folder is gone", func() bool { return len(entries(t, temp)) == 0 })
}

func TestRemovedBinaryDoesNotStart(t *testing.T) {
	b, err := Build(context.Background(), root(t), "lab/launch/testdata/plain")
	if err != nil {
		t.Fatal(err)
	}
	b.Remove()
	b.Remove()
	if _, err := Start(b, Options{}); err == nil || !strings.Contains(err.Error(), "build it again") {
		t.Errorf("error: %v", err)
	}
}

func entries(t testing.TB, dir string) (names []string) {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names
}

// BenchmarkEditToRunning is what a student waits for after the rebuild key:
// from an edited lesson to a program that has begun to record.
func BenchmarkEditToRunning(b *testing.B) {
	dir := root(b)
	lessons, err := filepath.Glob(filepath.Join(dir, "lessons/01-*"))
	if err != nil || len(lessons) != 1 {
		b.Fatalf("lesson 01: %q, %v", lessons, err)
	}
	pkg, err := os.MkdirTemp(filepath.Join(dir, "lab/launch/testdata"), "edited-")
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(pkg)
	if err := os.CopyFS(pkg, os.DirFS(lessons[0])); err != nil {
		b.Fatal(err)
	}
	source, err := os.ReadFile(filepath.Join(pkg, "main.go"))
	if err != nil {
		b.Fatal(err)
	}
	var build time.Duration
	for b.Loop() {
		edited := fmt.Appendf(source, "\nvar edited = %q\n", time.Now())
		if err := os.WriteFile(filepath.Join(pkg, "main.go"), edited, 0o644); err != nil {
			b.Fatal(err)
		}
		binary, err := Build(context.Background(), dir, "./lab/launch/testdata/"+filepath.Base(pkg))
		if err != nil {
			b.Fatal(err)
		}
		build += binary.Took
		r, err := Start(binary, Options{})
		if err != nil {
			b.Fatal(err)
		}
		for !r.Reader().Attached() {
			time.Sleep(100 * time.Microsecond)
		}
		b.StopTimer()
		r.Kill()
		r.Close()
		binary.Remove()
		b.StartTimer()
	}
	b.ReportMetric(float64(build.Milliseconds())/float64(b.N), "build-ms/op")
}

// BenchmarkStart is a run again without a build.
func BenchmarkStart(b *testing.B) {
	binary := program(b, "obedient")
	for b.Loop() {
		r, err := Start(binary, Options{})
		if err != nil {
			b.Fatal(err)
		}
		for !r.Reader().Attached() {
			time.Sleep(100 * time.Microsecond)
		}
		b.StopTimer()
		r.Close()
		b.StartTimer()
	}
}
