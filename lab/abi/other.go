//go:build unix && !linux

package abi

import (
	"syscall"

	"golang.org/x/sys/unix"
)

func errno(n int64) string { return unix.ErrnoName(syscall.Errno(n)) }

func signal(n int64) string { return unix.SignalName(syscall.Signal(n)) }
