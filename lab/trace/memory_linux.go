package trace

import (
	"os"

	"golang.org/x/sys/unix"
)

// anonymousFile makes memory that looks like a file: memfd_create(2).
func anonymousFile(name string) (*os.File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

// seal fixes the size of the memory for good. A program that made the ring
// shorter would crash whoever reads it with SIGBUS.
func seal(file *os.File) error {
	_, err := unix.FcntlInt(file.Fd(), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_SEAL)
	return err
}
