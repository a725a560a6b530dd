package control

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"fdlab/lab/litter"
)

// made goes the other way: the program tells what it has put into the file
// system, by device, inode and path. If it is killed, somebody else must take
// that away.
const made = "made"

// Made tells whoever controls this process of a FIFO or a temporary folder that
// it has made and means to remove. Without a controller it does nothing.
func (c *Control) Made(path string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == nil {
		return
	}
	var st unix.Stat_t
	path, err := filepath.Abs(path)
	if err == nil && unix.Lstat(path, &st) == nil {
		fmt.Fprintf(c.conn, "%s %d %d %q\n", made, uint64(st.Dev), st.Ino, path)
	}
}

// Litter is something that a program said it has made.
type Litter struct {
	Path     string
	dev, ino uint64
}

// ParseLitter reads what Made has written. ok is false for any other line.
func ParseLitter(line string) (l Litter, ok bool) {
	if n, err := fmt.Sscanf(line, made+" %d %d ", &l.dev, &l.ino); err != nil || n != 2 {
		return l, false
	}
	path, err := strconv.Unquote(line[max(strings.IndexByte(line, '"'), 0):])
	l.Path = path
	return l, err == nil && filepath.IsAbs(path)
}

// Remove removes the litter, if it is still what the program made: a FIFO, or
// a folder of fdlab in the folder for temporary files. Nothing else is touched,
// whatever the program said.
func (l Litter) Remove() {
	var st unix.Stat_t
	if unix.Lstat(l.Path, &st) != nil || uint64(st.Dev) != l.dev || st.Ino != l.ino {
		return // it is gone, or another has taken its name
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFIFO:
		os.Remove(l.Path)
	case unix.S_IFDIR:
		if litter.IsTempDir(l.Path) {
			os.RemoveAll(l.Path)
		}
	}
}
