package launch

import (
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// killWhere kills the processes of this user whose environment is as wanted, and
// what they start meanwhile. It finds a program that has left its process group
// and its parent (a daemon), and one whose instrument was killed. A program that
// has thrown its environment away escapes.
func killWhere(wanted func(environ) bool) {
	for range 10 { // what was just killed may have forked before
		if killOnce(wanted) == 0 {
			return
		}
	}
}

func killOnce(wanted func(environ) bool) (killed int) {
	folders, _ := filepath.Glob("/proc/[0-9]*")
	for _, folder := range folders {
		pid, _ := strconv.Atoi(filepath.Base(folder))
		if pid == os.Getpid() || !wanted(environOf(folder)) {
			continue
		}
		// The number may be another's by now: the descriptor is not.
		fd, err := unix.PidfdOpen(pid, 0)
		if err != nil {
			continue
		}
		if wanted(environOf(folder)) && sameNumbers(folder) && unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0) == nil {
			killed++
		}
		unix.Close(fd)
	}
	return killed
}

// sameNumbers reports whether a process counts process ids as this one does. In a
// container they are others: its instrument may live, and seem to be gone.
func sameNumbers(folder string) bool {
	ours, err := os.Stat("/proc/self/ns/pid")
	theirs, err2 := os.Stat(filepath.Join(folder, "ns/pid"))
	return err == nil && err2 == nil && os.SameFile(ours, theirs)
}

// environOf is empty for a process of another user, and for one that has ended.
func environOf(folder string) environ {
	text, _ := os.ReadFile(filepath.Join(folder, "environ"))
	return parseEnviron(text)
}
