package grade

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// folder makes the folder of a trial: its FIFOs lie there. The name says whose
// it is, so that what a killed grader left behind is found by the next one.
func folder() (dir string, err error) {
	sweep(os.TempDir())
	if dir, err = os.MkdirTemp("", fmt.Sprintf("%s%d-", trialPrefix, os.Getpid())); err != nil {
		return "", fmt.Errorf("no folder for the trial: %w", err)
	}
	return dir, nil
}

const trialPrefix = "fdlab-trial-"

// sweep removes the folders of trials whose process is gone.
func sweep(temp string) {
	left, _ := filepath.Glob(filepath.Join(temp, trialPrefix+"*-*"))
	for _, dir := range left {
		owner, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), trialPrefix), "-")
		pid, err := strconv.Atoi(owner)
		if err == nil && pid > 0 && unix.Kill(pid, 0) == unix.ESRCH {
			os.RemoveAll(dir)
		}
	}
}
