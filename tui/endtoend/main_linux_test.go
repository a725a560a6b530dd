package endtoend

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"fdlab/lab/launch"
	"fdlab/lab/skip"
)

// binary is the built instrument, root the clone that it was built from.
var binary, root string

// withRace: the instrument is built with the race detector, by hand and not wherever
// the tests are. It draws several times as slowly then, and a run can be over before a
// key has arrived. The tests of tui/app play the same runs in this process.
var withRace = os.Getenv("FDLAB_RACE") != ""

func TestMain(m *testing.M) {
	if what := os.Getenv(without); what != "" {
		fmt.Fprintln(os.Stderr, "endtoend:", deprive(what, os.Args[1:]))
		os.Exit(1)
	}
	flag.Parse()
	// The walks wait more than they work: lesson 01 alone takes four seconds,
	// most of them asleep. So more of them may go on than there are processors.
	parallel := false
	flag.Visit(func(f *flag.Flag) { parallel = parallel || f.Name == "test.parallel" })
	if !parallel {
		many := "6"
		if withRace { // then each of them works several times as much
			many = "3"
		}
		flag.Set("test.parallel", many)
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if testing.Short() {
		return skip.Slow(m)
	}
	dir, err := build()
	if dir != "" {
		defer os.RemoveAll(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "endtoend:", err)
		return 1
	}
	return m.Run()
}

// build makes the instrument, once for all tests. The caller removes dir.
func build() (dir string, err error) {
	if root, err = launch.FindRoot(""); err != nil {
		return "", err
	}
	if dir, err = os.MkdirTemp("", "fdlab-endtoend-"); err != nil {
		return "", err
	}
	binary = filepath.Join(dir, "fdlab")
	args := []string{"build", "-o", binary}
	if withRace {
		args = append(args, "-race")
	}
	cmd := exec.Command("go", append(args, "./tui")...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return dir, errors.Join(err, errors.New(string(out)))
	}
	return dir, nil
}
