package litter

import (
	"os"

	"golang.org/x/sys/unix"
)

// Nameless makes a file that no folder holds: it is gone with its last
// descriptor. It is memory, which can be sealed: memfd_create(2). A sandbox may
// forbid that; then it is an ordinary file.
func Nameless(name string) (*os.File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return unlinked(name)
	}
	return os.NewFile(uintptr(fd), name), nil
}
