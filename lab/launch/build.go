package launch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"fdlab/lab/litter"
)

// Binary is a program that is ready to run, any number of times. On Linux it
// has no name in any folder: the kernel frees it when the last process that
// has it open is gone, however that process ended.
type Binary struct {
	Package string        // as it was given to Build
	Name    string        // the last part of it: "02-ev-persist"
	Took    time.Duration // of the build

	file *os.File // the program itself where it has no name, else nil
	path string   // how to execute it, from this process and its children
	dir  string   // the temporary folder where it has a name, else ""
}

// Remove gives the program back. Runs that have started go on.
func (b *Binary) Remove() {
	if b.file != nil {
		b.file.Close()
		b.file = nil
	}
	if b.dir != "" {
		os.RemoveAll(b.dir)
		b.dir = ""
	}
	b.path = ""
}

// Build compiles the package in a folder of the module at root, named as in
// "go run": "./lessons/02-ev-persist". What the compiler objects to is a
// *BuildError; any other error says why there was nothing to compile. The
// caller owns the binary and must Remove it. When ctx ends, the build is
// broken off.
func Build(ctx context.Context, root, pkg string) (*Binary, error) {
	pkg = "./" + path.Clean(filepath.ToSlash(pkg))
	return BuildProgram(ctx, Program{Root: root, Package: pkg, Name: path.Base(pkg)})
}

// BuildProgram is Build of a program that may lie anywhere.
func BuildProgram(ctx context.Context, p Program) (*Binary, error) {
	if p.itself {
		return itself(p.Name), nil
	}
	if p.Files == nil {
		if _, err := inside(p.Root, p.Package); err != nil {
			return nil, err
		}
	}
	tool, err := exec.LookPath("go")
	if err != nil {
		return nil, errors.New("the go command is not on PATH: install Go from https://go.dev/dl " +
			"(or your system's package golang), open a new terminal, and see that `go version` answers")
	}
	began := time.Now()
	b := &Binary{Package: p.BuildArgs()[0], Name: p.Name}
	if err := b.place(); err != nil {
		return nil, Explain(fmt.Errorf("no place for the program %s: %w", b.Name, err))
	}
	if err := b.compile(ctx, tool, p); err != nil {
		b.Remove()
		return nil, err
	}
	b.Took = time.Since(began)
	return b, nil
}

// script: what has made the folder may be killed; the shell lives on and removes it.
const script = `"$@"
status=$?
rmdir "$GOTMPDIR" 2>/dev/null
exit $status`

// compile fills the place that was made.
func (b *Binary) compile(ctx context.Context, tool string, p Program) error {
	// The tool's words go to a file, not to a pipe: if the instrument is
	// killed, the tool must not die of SIGPIPE before it has cleaned up.
	words, err := litter.Nameless("fdlab-build")
	if err != nil {
		return Explain(fmt.Errorf("no place for the compiler's messages: %w", err))
	}
	defer words.Close()

	// The go command's own work folder lies in one of ours. Broken off while it
	// still reads packages, it leaves its folder behind: we remove it. And if
	// the instrument is killed, the shell does, or the next start (Sweep).
	work, err := litter.TempDir(buildTemp(), "build")
	if err != nil {
		return noTemp(err)
	}
	defer os.RemoveAll(work)

	// -buildvcs=false: asking git costs time, and fails in a clone that
	// belongs to another user. -w: without tables for a debugger the linker
	// needs a third less time; a panic still names files and lines.
	// GOWORK=off: a workspace around the clone does not know of its module.
	// GOOS, GOARCH: the program runs on this machine, whatever is set; or in a browser. And what
	// GOFLAGS may make of it does not: with the race detector, for one, each program
	// sleeps for a second before it ends.
	goos, goarch := runtime.GOOS, runtime.GOARCH
	if p.browser {
		goos, goarch = "js", "wasm"
	}
	args := []string{"-c", script, "sh", tool, "build", "-buildvcs=false", "-ldflags=-w", "-o", b.path}
	args = append(args, plain...)
	cmd := exec.CommandContext(ctx, "/bin/sh")
	cmd.Dir = p.Root
	cmd.Env = append(os.Environ(), "GOWORK=off", "PWD="+p.Root, buildFolder+"="+work,
		"GOOS="+goos, "GOARCH="+goarch)
	if p.Races { // of two values of a flag the last one counts
		args = append(args, "-race")
		cmd.Env = append(cmd.Env, "CGO_ENABLED=1")
	}
	cmd.Args = append(append(cmd.Args, args...), p.BuildArgs()...)
	cmd.Stdout, cmd.Stderr = words, words
	// A group of its own: Ctrl-C at the terminal is the instrument's alone, and
	// breaking off reaches the compiler and the linker too.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = 5 * time.Second

	err = cmd.Run()
	if ctx.Err() != nil {
		if cmd.Process != nil {
			syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what did not heed SIGINT
		}
		return fmt.Errorf("the build of %s was broken off: %w", b.Package, context.Cause(ctx))
	}
	output, _ := io.ReadAll(io.NewSectionReader(words, 0, kept))
	if err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			return Explain(fmt.Errorf("the go command did not start: %w", err))
		}
		return buildFailure(p.Root, b.Package, string(output), exit.String())
	}
	return b.keep()
}

// plain overrules the flags in GOFLAGS that make another program, or none.
var plain = []string{"-race=false", "-msan=false", "-asan=false", "-cover=false", "-buildmode=default", "-toolexec=", "-n=false"}

// buildFolder names the go command's work folder, for it and for Sweep.
const buildFolder = "GOTMPDIR"

// buildTemp is where the go command makes its work folder.
func buildTemp() string {
	if temp := os.Getenv(buildFolder); temp != "" {
		return temp
	}
	return os.TempDir()
}

// archive is how a compiled package begins that is no program.
const archive = "!<arch>\n"

// program refuses what `go build` makes of a package that is not package main.
func (b *Binary) program(file *os.File) error {
	begin := make([]byte, len(archive))
	if n, _ := file.ReadAt(begin, 0); string(begin[:n]) == archive {
		return fmt.Errorf("%s is not a program: its first line must be `package main`", b.Package)
	}
	return nil
}
