package launch

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// killWhere kills the processes of this user whose environment is as wanted, and
// what they start meanwhile. It finds a program that has left its process group
// and its parent (a daemon), and one whose instrument was killed. A program that
// has thrown its environment away escapes.
func killWhere(wanted func(environ) bool) {
	for looks, waits := 0, 0; looks < 10 && waits < 200; { // what was just killed may have forked before
		killed, unknown := killOnce(wanted)
		switch {
		case unknown: // one that is killed ten times meanwhile is no reason to look no longer
			waits++
			time.Sleep(time.Millisecond)
		case killed > 0:
			looks++
		default:
			return
		}
	}
}

// killOnce kills those that there are now. unknown: one was in the middle of an execve, and has
// no environment to show, or not all of it.
func killOnce(wanted func(environ) bool) (killed int, unknown bool) {
	folders, _ := filepath.Glob("/proc/[0-9]*")
	for _, folder := range folders {
		pid, _ := strconv.Atoi(filepath.Base(folder))
		env, whole := environOf(folder)
		unknown = unknown || !whole && begins(folder)
		if pid == os.Getpid() || !wanted(env) {
			continue
		}
		// The number may be another's by now: the descriptor is not.
		fd, err := unix.PidfdOpen(pid, 0)
		if err != nil {
			continue
		}
		switch again, whole := environOf(folder); {
		case !whole:
			unknown = true // or it has ended
		case wanted(again) && sameNumbers(folder) && unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0) == nil:
			killed++
		}
		unix.Close(fd)
	}
	return killed, unknown
}

// begins reports whether a process of this user is so young that it may be in the middle of an execve:
// its parent goes on before the kernel has given it its environment. (proc_pid_stat(5))
func begins(folder string) bool {
	const (
		state, flags, started = 0, 6, 19 // of the fields behind the name
		kernelThread          = 0x200000 // PF_KTHREAD
		young                 = 2        // seconds
		ticks                 = 100      // in a second, for every program (USER_HZ)
	)
	var info unix.Sysinfo_t
	var owner unix.Stat_t
	text, err := os.ReadFile(filepath.Join(folder, "stat"))
	if err != nil || unix.Sysinfo(&info) != nil || unix.Stat(folder, &owner) != nil || int(owner.Uid) != os.Getuid() {
		return false
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) <= started || fields[state] == "Z" || fields[state] == "X" {
		return false
	}
	bits, _ := strconv.ParseUint(fields[flags], 10, 64)
	at, _ := strconv.ParseInt(fields[started], 10, 64)
	return bits&kernelThread == 0 && int64(info.Uptime)-at/ticks <= young
}

// sameNumbers reports whether a process counts process ids as this one does. In a
// container they are others: its instrument may live, and seem to be gone.
func sameNumbers(folder string) bool {
	ours, err := os.Stat("/proc/self/ns/pid")
	theirs, err2 := os.Stat(filepath.Join(folder, "ns/pid"))
	return err == nil && err2 == nil && os.SameFile(ours, theirs)
}

// environOf is empty for a process of another user, and for one that has ended. It is not whole
// where an execve has come between, or amid it: what it says is then no word's end.
func environOf(folder string) (env environ, whole bool) {
	text, _ := os.ReadFile(filepath.Join(folder, "environ"))
	return parseEnviron(text), len(text) > 0 && text[len(text)-1] == 0
}
