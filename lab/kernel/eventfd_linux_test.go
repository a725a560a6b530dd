package kernel

import "golang.org/x/sys/unix"

func eventfd() (int, error) { return unix.Eventfd(0, unix.EFD_CLOEXEC) }
