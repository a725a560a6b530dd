package thread

import "golang.org/x/sys/unix"

// kernelID asks the kernel: gettid(2).
func kernelID() uint32 { return uint32(unix.Gettid()) }
