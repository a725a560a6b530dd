package launch

import (
	"bytes"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"fdlab/lab/litter"
)

// Sweep takes away what a killed instrument could not: builds that go on,
// programs that its programs had started, folders for temporary files, and FIFOs
// in root, where programs run. What belongs to a process that still runs stays.
func Sweep(root string) {
	orphans := append(litter.Orphans(os.TempDir()), litter.Orphans(buildTemp())...)
	others := false // another instrument runs a program in root
	killWhere(func(env environ) bool {
		pid, run, _ := strings.Cut(env[mark], "-")
		owner, err := strconv.Atoi(pid)
		ran := err == nil && run != "" && owner > 0
		gone := ran && litter.Gone(owner)
		others = others || ran && !gone && env["PWD"] == root
		return gone || slices.Contains(orphans, env[buildFolder])
	})
	for _, dir := range orphans {
		os.RemoveAll(dir)
	}
	if others { // a held program may have no end of its FIFO open
		return
	}
	for _, path := range litter.FIFOs(root) {
		// One that was just used may be between two trials of a lesson.
		if info, err := os.Lstat(path); err == nil && time.Since(info.ModTime()) > settled {
			os.Remove(path)
		}
	}
}

// settled is for how long nobody must have used a FIFO before it is removed.
const settled = 3 * time.Second

// environ is a process's environment. Only the variables that are asked for here
// are kept.
type environ map[string]string

func parseEnviron(text []byte) environ {
	env := environ{}
	for entry := range bytes.SplitSeq(text, []byte{0}) {
		switch name, value, _ := bytes.Cut(entry, []byte("=")); string(name) {
		case mark, buildFolder, "PWD":
			env[string(name)] = string(value)
		}
	}
	return env
}
