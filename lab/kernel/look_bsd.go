//go:build darwin || freebsd

package kernel

import "golang.org/x/sys/unix"

// Untested: macOS and FreeBSD are compiled for, not tried.

const (
	fionread  = 0x4004667f // sys/filio.h
	pollRDHUP = 0          // end of file shows as Readable alone
)

func ioctlInt(fd int, request uint) (int64, error) {
	n, err := unix.IoctlGetInt(fd, request)
	return int64(int32(n)), err // the kernel writes a C int
}

func pipeUnread(int) int64            { return 0 }
func unsent(int) int64                { return 0 }
func isTCP(int) bool                  { return false }
func tcpInfo(int) TCP                 { return TCP{} }
func isEventfd(int) bool              { return false }
func eventfdCount(int) (int64, error) { return 0, nil }
