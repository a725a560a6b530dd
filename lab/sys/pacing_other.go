//go:build !linux

package sys

import "golang.org/x/sys/unix"

// SetMaxPacingRate sets how many bytes a second a socket may send at most.
// Linux only: here it fails with ENOSYS.
func SetMaxPacingRate(int, int) error { return unix.ENOSYS }
