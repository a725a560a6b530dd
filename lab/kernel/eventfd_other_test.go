//go:build unix && !linux

package kernel

import "golang.org/x/sys/unix"

func eventfd() (int, error) { return -1, unix.ENOSYS }
