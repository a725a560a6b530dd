package launch

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheEnvironmentsFaultIsNotTheStudents: what keeps a sound program from being
// built is told with its cause and its cure, and never as a compile error.
func TestTheEnvironmentsFaultIsNotTheStudents(t *testing.T) {
	readable := t.TempDir()
	file := filepath.Join(readable, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what  string
		set   map[string]string // "-": not set
		wants []string
	}{
		{"TMPDIR is missing", map[string]string{"TMPDIR": readable + "/gone", "GOTMPDIR": "-"}, []string{"TMPDIR must name a folder", "unset"}},
		{"TMPDIR is a file", map[string]string{"TMPDIR": file, "GOTMPDIR": "-"}, []string{"TMPDIR must name a folder"}},
		{"GOTMPDIR is missing", map[string]string{"GOTMPDIR": readable + "/gone"}, []string{"GOTMPDIR must name a folder"}},
		{"HOME is not set", map[string]string{"HOME": "-", "XDG_CACHE_HOME": "-", "GOPATH": "-", "GOCACHE": "-", "GOMODCACHE": "-"}, []string{"HOME is not set", "export HOME="}},
		{"GOPATH is relative", map[string]string{"GOPATH": "go", "GOMODCACHE": "-"}, []string{"GOPATH must be", "unset GOPATH"}},
		{"GOMODCACHE cannot be", map[string]string{"GOMODCACHE": file + "/mod", "GOPROXY": "off"}, []string{"GOMODCACHE"}},
		{"GOFLAGS is no flag", map[string]string{"GOFLAGS": "foo"}, []string{"GOFLAGS", "unset GOFLAGS"}},
		{"GOFLAGS names an unknown flag", map[string]string{"GOFLAGS": "-foo"}, []string{"GOFLAGS", "unset GOFLAGS"}},
		{"GOFLAGS wants a vendor folder", map[string]string{"GOFLAGS": "-mod=vendor"}, []string{"GOFLAGS", "unset GOFLAGS"}},
		{"no network, no modules", map[string]string{"GOMODCACHE": readable + "/mod", "GOPROXY": "off", "GOFLAGS": "-modcacherw"}, []string{"not on this machine", "go mod download"}},
		{"a dead network, no modules", map[string]string{"GOMODCACHE": readable + "/mod", "GOPROXY": "http://127.0.0.1:1", "GONOSUMDB": "*", "GOFLAGS": "-modcacherw"}, []string{"not on this machine", "go mod download"}},
		{"GOCACHE cannot be", map[string]string{"GOCACHE": file}, []string{"GOCACHE", "writable"}},
		{"GOROOT is missing", map[string]string{"GOROOT": readable + "/gone"}, []string{"GOROOT", "unset GOROOT"}},
		{"GOTOOLCHAIN is not here", map[string]string{"GOTOOLCHAIN": "go1.999.0", "GOPROXY": "off"}, []string{"GOTOOLCHAIN", "https://go.dev/dl"}},
		{"GOAMD64 is unknown", map[string]string{"GOAMD64": "v99", "GOARM64": "v99"}, []string{"Go's variables", "unset it"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			for name, value := range c.set {
				t.Setenv(name, value)
				if value == "-" {
					os.Unsetenv(name)
				}
			}
			b, err := Build(context.Background(), root(t), "./lab/launch/testdata/obedient")
			if err == nil {
				b.Remove()
				t.Fatal("it was built")
			}
			isEnvironments(t, err, c.wants...)
		})
	}
}

func isEnvironments(t *testing.T, err error, wants ...string) {
	t.Helper()
	var compile *BuildError
	var environment *EnvironmentError
	if errors.As(err, &compile) || !errors.As(err, &environment) {
		t.Fatalf("want the environment's fault, have %T: %v", err, err)
	}
	for _, want := range wants {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in\n%v", want, err)
		}
	}
}

func TestAPathThatGoDoesNotTake(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a\nclone")
	if err := os.CopyFS(dir, os.DirFS(write(t, map[string]string{
		"go.mod": "module fdlab\n", "x/main.go": "package main\n\nfunc main() {}\n",
	}))); err != nil {
		t.Fatal(err)
	}
	_, err := Build(context.Background(), dir, "./x")
	isEnvironments(t, err, "path of your clone", "plain name")
}

// TestAnotherProcessorIsSet: GOOS and GOARCH are for others' programs. Those of
// the lab run here.
func TestAnotherProcessorIsSet(t *testing.T) {
	t.Setenv("GOARCH", "riscv64")
	t.Setenv("GOOS", "freebsd")
	b, err := Build(context.Background(), root(t), "./lab/launch/testdata/plain")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Remove()
	r, err := Start(b, Options{RingSlots: 1 << 12})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if e := ended(t, r); e.Code != 0 {
		t.Errorf("exit: %v", e)
	}
}

// TestFlagsThatMakeAnotherProgramAreOverruled: with the race detector each program
// sleeps for a second at its end; with -n there is none.
func TestFlagsThatMakeAnotherProgramAreOverruled(t *testing.T) {
	for _, flags := range []string{"-race", "-n", "-cover", "-buildmode=c-archive", "-toolexec=/none"} {
		t.Setenv("GOFLAGS", flags)
		b, err := Build(context.Background(), root(t), "./lab/launch/testdata/plain")
		if err != nil {
			t.Errorf("GOFLAGS=%s: %v", flags, err)
			continue
		}
		info, err := buildinfo.ReadFile(b.path)
		if err != nil {
			t.Errorf("GOFLAGS=%s: %v", flags, err)
		} else if set := fmt.Sprint(info.Settings); strings.Contains(set, "{-race true}") || !strings.Contains(set, "{-buildmode exe}") {
			t.Errorf("GOFLAGS=%s: %s", flags, set)
		}
		b.Remove()
	}
}

// TestTMPDIRNeedNotBeAWholeName: the build and the program run in other folders.
func TestTMPDIRNeedNotBeAWholeName(t *testing.T) {
	clone := root(t)
	t.Chdir(t.TempDir())
	if err := os.Mkdir("temp", 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", "temp")
	t.Setenv("GOTMPDIR", "")
	b, err := Build(context.Background(), clone, "./lab/launch/testdata/plain")
	if err != nil {
		t.Fatal(err)
	}
	b.Remove()
}

// TestTheProgramsFaultStaysTheProgramsFault: objections without a file and a line,
// and those that sound like a machine's.
func TestTheProgramsFaultStaysTheProgramsFault(t *testing.T) {
	dir := write(t, map[string]string{
		"go.mod":          "module fdlab\n",
		"nomain/main.go":  "package main\n",
		"cycle/main.go":   "package main\n\nimport _ \"fdlab/a\"\n\nfunc main() {}\n",
		"a/a.go":          "package a\n\nimport _ \"fdlab/b\"\n",
		"b/b.go":          "package b\n\nimport _ \"fdlab/a\"\n",
		"two/main.go":     "package main\n\nfunc main() {}\n",
		"two/other.go":    "package other\n",
		"nothere/main.go": "//go:build never\n\npackage main\n\nfunc main() {}\n",
		"module/main.go":  "package main\n\nimport _ \"example.com/x\"\n\nfunc main() {}\n",
		"sounds/main.go":  "package main\n\nfunc main() { \"no space left on device: signal: killed\" + 1 }\n",
	})
	t.Setenv("GOPROXY", "off")
	for _, pkg := range []string{"nomain", "cycle", "two", "nothere", "module", "sounds"} {
		_, err := Build(context.Background(), dir, "./"+pkg)
		var compile *BuildError
		if !errors.As(err, &compile) {
			t.Errorf("%s: want a *BuildError, have %T: %v", pkg, err, err)
		} else if strings.Contains(err.Error(), `\n`) {
			t.Errorf("%s: a line end is drawn as \\n: %v", pkg, err)
		}
	}
}

// TestAFolderThatWasThereStays: another's folder with a name like ours neither
// blocks a build nor is touched by it.
func TestAFolderThatWasThereStays(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("GOTMPDIR", "")
	var theirs []string
	for n := range 20 {
		dir := filepath.Join(temp, fmt.Sprintf("fdlab-build-%d-%d", os.Getpid(), n))
		if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(dir+"/precious", nil, 0o600)); err != nil {
			t.Fatal(err)
		}
		theirs = append(theirs, dir)
	}
	b, err := Build(context.Background(), root(t), "./lab/launch/testdata/plain")
	if err != nil {
		t.Error(err)
	} else {
		b.Remove()
	}
	for _, dir := range theirs {
		if _, err := os.Stat(dir + "/precious"); err != nil {
			t.Errorf("%v", err)
		}
	}
	if got := entries(t, temp); len(got) != len(theirs) {
		t.Errorf("in the folder for temporary files there is %q", got)
	}
}

// TestACacheThatCannotBeWritten: the go command names the line that imports the
// package which it could not keep. The line is in order.
func TestACacheThatCannotBeWritten(t *testing.T) {
	e := &BuildError{Status: "exit status 1", Problems: []Problem{{File: "main.go", Line: 13, Column: 2}},
		Output: "main.go:13:2: write /cache/d8/d849-d: file too large\n"}
	if why := e.environment(); why == nil || !strings.Contains(why.Error(), "ulimit -f unlimited") {
		t.Errorf("it is told as %v, want the limit of this shell", why)
	}
	e.Output = "main.go:13:2: undefined: write\n"
	if why := e.environment(); why != nil {
		t.Errorf("a compile error is told as %v", why)
	}
}
