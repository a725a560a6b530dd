package grade

import (
	"fmt"
	"os"

	"fdlab/lab/litter"
)

// folder makes the folder of a trial: its FIFOs lie there. What a killed grader
// left behind, the next one takes away.
func folder() (dir string, err error) {
	for _, dir := range litter.Orphans(os.TempDir()) {
		os.RemoveAll(dir)
	}
	if dir, err = litter.TempDir("", "trial"); err != nil {
		return "", fmt.Errorf("no folder for the trial: %w", err)
	}
	return dir, nil
}
