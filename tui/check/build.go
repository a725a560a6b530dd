package check

import (
	"context"
	"errors"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"fdlab/lab/course"
	"fdlab/lab/launch"
)

// ask runs the go command in the clone, as a lesson's build does, but without a
// network: nothing is fetched. It returns the last line of what it said.
func (m *machine) ask(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = m.root
	cmd.Env = append(append([]string{}, m.env...), "GOWORK=off", "GOPROXY=off", "PWD="+m.root)
	cmd.WaitDelay = 100 * time.Millisecond
	out, err := cmd.CombinedOutput()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return launch.Quote([]byte(lines[len(lines)-1])), err
}

const install = "install the newest Go from https://go.dev/dl, and open a new terminal"

var goLine = regexp.MustCompile(`(?m)^go[ \t]+([0-9.]+)`)

// needs is the version of Go that go.mod asks for: "go1.25.0".
func (m *machine) needs() string {
	text, _ := os.ReadFile(filepath.Join(m.root, "go.mod"))
	if found := goLine.FindSubmatch(text); found != nil {
		return "go" + string(found[1])
	}
	return "go1"
}

func goVersion(ctx context.Context, m *machine) Row {
	where, err := exec.LookPath("go")
	if err != nil {
		return Row{State: Wrong, Found: "no go command on PATH", Cure: install}
	}
	// Not in the clone: there, the go command may put on the mask of another.
	cmd := exec.CommandContext(ctx, where, "env", "GOVERSION")
	cmd.Dir, cmd.Env = os.TempDir(), append(append([]string{}, m.env...), "GOTOOLCHAIN=local", "GOFLAGS=", "GOWORK=off")
	out, err := cmd.Output()
	have := strings.TrimSpace(string(out))
	switch {
	case ctx.Err() != nil:
		return Row{State: Care, Found: "`go env` did not answer in 2 s", Cure: "the machine is busy: try again"}
	case err != nil:
		return Row{State: Wrong, Found: fmt.Sprintf("%s does not answer: %v", launch.Quote([]byte(where)), err), Cure: install}
	case version.IsValid(have) && version.Compare(have, m.needs()) < 0:
		return Row{State: Wrong, Found: fmt.Sprintf("%s; fdlab needs %s", have, m.needs()), Cure: install}
	}
	return Row{Found: fmt.Sprintf("%s; fdlab needs %s", have, m.needs())}
}

// toolchain: a go command that is told to be another one fetches it.
func toolchain(ctx context.Context, m *machine) Row {
	said, err := m.ask(ctx, "env", "GOVERSION")
	if ctx.Err() != nil {
		return Row{State: Care, Found: "`go env` did not answer in 2 s", Cure: "the machine is busy: try again"}
	}
	if err != nil {
		return Row{State: Wrong, Found: said, Cure: "`unset GOTOOLCHAIN GOFLAGS GOROOT`; if that does not help, " + install}
	}
	return Row{Found: said + " builds here, and nothing must be fetched for it"}
}

// settings are what changes a build unseen.
func settings(_ context.Context, m *machine) Row {
	var set []string
	for _, e := range m.env {
		switch name, value, _ := strings.Cut(e, "="); name {
		case "GOFLAGS", "GOROOT", "GOARCH", "GOOS", "GOTOOLCHAIN", "GOWORK", "GOPROXY", "GOTMPDIR", "GOCACHE", "GOMODCACHE", "GOEXPERIMENT":
			if value != "" {
				set = append(set, launch.Quote([]byte(e)))
			}
		}
	}
	above := ""
	for at := m.root; at != filepath.Dir(at); at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.work")); err == nil {
			above = launch.Quote([]byte(filepath.Join(at, "go.work")))
			break
		}
	}
	switch {
	case above != "":
		return Row{State: Care, Found: "the workspace " + above + " may not know of fdlab",
			Cure: "if `go run ./tui` is refused: GOWORK=off go run ./tui. Lessons are built without it"}
	case len(set) > 0:
		return Row{State: Care, Found: strings.Join(set, " "), Cure: "if a build fails, unset them first"}
	}
	return Row{Found: "none of GOFLAGS, GOROOT, GOWORK and the like is set"}
}

func modules(ctx context.Context, m *machine) Row {
	args := []string{"list", "-deps", "-f", "{{if .Error}}{{.Error}}{{end}}", "./tui", "./lessons/..."}
	exercises, _ := filepath.Glob(filepath.Join(m.root, "exercises", "[0-9]*"))
	for _, dir := range exercises {
		args = append(args, "./exercises/"+filepath.Base(dir))
	}
	said, err := m.ask(ctx, args...)
	switch {
	case ctx.Err() != nil:
		return Row{State: Care, Found: "`go list` did not answer in 2 s", Cure: "the machine is busy: try again"}
	case err != nil:
		return Row{State: Wrong, Found: said, Cure: "with a network, once, in the clone: go mod download"}
	}
	return Row{Found: "all are on this machine: no network is needed"}
}

// lesson builds the first lesson as the instrument does, and lets it begin.
func lesson(ctx context.Context, m *machine) Row {
	lessons := course.Read(m.root).Lessons
	if len(lessons) == 0 {
		return Row{State: Wrong, Found: "there is no lesson in this clone", Cure: "fetch them back: git checkout lessons"}
	}
	// The build must be broken off, and have cleared up, before the time is over.
	ctx, cancel := context.WithTimeout(ctx, limit*3/4)
	defer cancel()
	began := time.Now()
	binary, err := launch.Build(ctx, m.root, "./"+lessons[0].Dir)
	if ctx.Err() != nil {
		return Row{State: Care, Found: "not built in the time allowed: the first build compiles the lab, too",
			Cure: "before the class, once, in the clone: go build ./tui ./lessons/..."}
	}
	if err != nil {
		return wrong(err)
	}
	defer binary.Remove()
	run, err := launch.Start(binary, launch.Options{Dir: m.root})
	if err != nil {
		return wrong(err)
	}
	defer run.Close()
	defer run.Kill()
	for !run.Reader().Attached() {
		select {
		case <-run.Done():
			return Row{State: Wrong, Found: "it has " + run.Exit().String(), Cure: "run it alone and see: go run ./" + lessons[0].Dir}
		case <-ctx.Done():
			return Row{State: Care, Found: "built, but it did not begin in 2 s", Cure: "the machine is busy: try again"}
		case <-time.After(time.Millisecond):
		}
	}
	return Row{Found: fmt.Sprintf("%s: built, started and recording after %v", filepath.Base(lessons[0].Dir), time.Since(began).Round(10*time.Millisecond))}
}

func wrong(err error) Row {
	var machine *launch.EnvironmentError
	if errors.As(err, &machine) {
		return Row{State: Wrong, Found: machine.Cause, Cure: machine.Said + " " + machine.Cure}
	}
	return Row{State: Wrong, Found: launch.Quote([]byte(err.Error())), Cure: "see whether it is as it was fetched: git status"}
}
