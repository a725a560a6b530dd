package trace

import (
	"os"

	"golang.org/x/sys/unix"
)

// anonymousFile makes memory that looks like a file: memfd_create(2).
func anonymousFile(name string) (*os.File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}
