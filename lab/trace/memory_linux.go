package trace

import (
	"os"

	"golang.org/x/sys/unix"
)

// seal fixes the size of the memory for good. A program that made the ring
// shorter would crash whoever reads it with SIGBUS. An ordinary file, which the
// ring lies in where memfd_create(2) is forbidden, knows no seals: EINVAL, or
// EPERM on a tmpfs.
func seal(file *os.File) error {
	_, err := unix.FcntlInt(file.Fd(), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_SEAL)
	if err == unix.EINVAL || err == unix.EPERM {
		return nil
	}
	return err
}
