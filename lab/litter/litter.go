// Package litter knows what fdlab puts into the file system for a while, and
// whose it is: temporary folders and FIFOs. A program that is killed cannot take
// them away. Their names and modes say who made them, so that the next start of
// the instrument or the grader can.
package litter

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// prefix begins the name of each temporary folder: "fdlab-KIND-PID-RANDOM".
const prefix = "fdlab-"

// TempDir makes a folder for temporary files in parent ("": the system's folder
// for them). kind says what for, without a hyphen: "build". The caller removes it.
// The name is absolute, also where TMPDIR is not: a child may have another working
// folder.
func TempDir(parent, kind string) (string, error) {
	parent, err := filepath.Abs(cmp.Or(parent, os.TempDir()))
	if err != nil {
		return "", err
	}
	return os.MkdirTemp(parent, fmt.Sprintf("%s%s-%d-", prefix, kind, os.Getpid()))
}

// IsTempDir reports whether path is named as a folder of TempDir in the
// system's folder for temporary files.
func IsTempDir(path string) bool {
	temp, err := filepath.Abs(os.TempDir())
	return err == nil && filepath.Dir(path) == temp && strings.HasPrefix(filepath.Base(path), prefix)
}

// owner reads the process id in the name of a folder of TempDir.
func owner(name string) (pid int, ok bool) {
	parts := strings.Split(name, "-")
	if len(parts) != 4 || parts[0]+"-" != prefix {
		return 0, false
	}
	pid, err := strconv.Atoi(parts[2])
	return pid, err == nil && pid > 0
}

// Living returns the folders of TempDir in parent ("": the system's folder) of one kind that
// belong to this user, and whose process runs, the newest first, by their absolute names.
func Living(parent, kind string) (dirs []string) {
	made := map[string]time.Time{}
	for _, dir := range folders(cmp.Or(parent, os.TempDir())) {
		name := filepath.Base(dir)
		info, err := os.Lstat(dir)
		if pid, ok := owner(name); err == nil && ok && strings.HasPrefix(name, prefix+kind+"-") && !Gone(pid) {
			dirs = append(dirs, dir)
			made[dir] = info.ModTime()
		}
	}
	slices.SortFunc(dirs, func(a, b string) int { return made[b].Compare(made[a]) })
	return dirs
}

// Orphans returns the folders of TempDir in parent that belong to this user,
// and whose process is gone, by their absolute names.
func Orphans(parent string) (dirs []string) {
	for _, dir := range folders(parent) {
		if pid, ok := owner(filepath.Base(dir)); ok && Gone(pid) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// Of returns the folders of TempDir in the system's folder that this user's process has made,
// by their absolute names.
func Of(pid int) (dirs []string) {
	for _, dir := range folders(os.TempDir()) {
		if by, ok := owner(filepath.Base(dir)); ok && by == pid {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// folders returns this user's folders in parent that are named as those of TempDir.
func folders(parent string) (dirs []string) {
	parent, err := filepath.Abs(parent)
	if err != nil {
		return nil
	}
	found, _ := filepath.Glob(filepath.Join(parent, prefix+"*"))
	for _, dir := range found {
		info, err := os.Lstat(dir) // a link is nobody's folder
		if err == nil && info.IsDir() && mine(info) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// Gone reports whether there is no process of this number.
func Gone(pid int) bool { return unix.Kill(pid, 0) == unix.ESRCH }

// A FIFO is made for its user alone. The sticky bit means nothing to the kernel
// there. It says whose the FIFO is: a later run knows it again.
const (
	Private = 0o600
	Marked  = Private | os.ModeSticky
)

// OurFIFO reports whether path is a FIFO with our mark, made by the same user.
func OurFIFO(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode() == Marked|os.ModeNamedPipe && mine(info)
}

// Abandoned reports whether path is a FIFO that nobody reads. A regular file
// is not opened: only a FIFO answers ENXIO, and opening one for writing, with
// O_NONBLOCK, neither waits nor changes it.
func Abandoned(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || info.Mode().Type() != os.ModeNamedPipe {
		return false
	}
	fd, err := unix.Open(path, unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err == nil {
		unix.Close(fd)
	}
	return err == unix.ENXIO
}

// FIFOs returns our abandoned FIFOs in a folder.
func FIFOs(folder string) (paths []string) {
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		if e.Type() == os.ModeNamedPipe && OurFIFO(path) && Abandoned(path) {
			paths = append(paths, path)
		}
	}
	return paths
}

func mine(info os.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Getuid()
}
