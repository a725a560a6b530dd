package stage

import "golang.org/x/sys/unix"

// errno returns the name that the manual pages use: "EAGAIN".
func errno(n int64) string {
	if name := unix.ErrnoName(unix.Errno(n)); name != "" {
		return name
	}
	return "error"
}
