//go:build unix && (!linux || race)

package sys

import "golang.org/x/sys/unix"

// Outside Linux the C library stands between a program and the kernel. And the
// race detector must see that bytes in a pipe hand memory over from one thread
// to another: the ordinary calls tell it.

func rawRead(fd int, p []byte) (int, unix.Errno) {
	n, err := unix.Read(fd, p)
	return n, number(err)
}

func rawWrite(fd int, p []byte) (int, unix.Errno) {
	n, err := unix.Write(fd, p)
	return n, number(err)
}
