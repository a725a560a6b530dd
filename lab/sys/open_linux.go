package sys

import (
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"

	"fdlab/lab/rawcall"
)

// Linux makes an fd and marks it close-on-exec in one step, so that no child
// that starts in between can inherit it.

func cloexecPipe() (p [2]int, err error) {
	err = unix.Pipe2(p[:], unix.O_CLOEXEC)
	return p, err
}

func cloexecSocketpair() ([2]int, error) {
	return unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
}

func cloexecSocket() (int, error) {
	return unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
}

func eventfd(initial uint) (int, error) { return unix.Eventfd(initial, unix.EFD_CLOEXEC) }

// cloexecAccept is accept4(2). It is made by hand because unix.Accept4
// allocates the peer's address.
func cloexecAccept(fd int, mayBlock bool) (int, netip.AddrPort, unix.Errno) {
	var from unix.RawSockaddrInet4
	size := uint32(unsafe.Sizeof(from))
	var conn int
	var errno unix.Errno
	if mayBlock {
		var n uintptr
		n, _, errno = unix.Syscall6(unix.SYS_ACCEPT4, uintptr(fd), uintptr(unsafe.Pointer(&from)),
			uintptr(unsafe.Pointer(&size)), unix.SOCK_CLOEXEC, 0, 0)
		conn = int(n)
	} else {
		conn, errno = rawcall.Call(unix.SYS_ACCEPT4, uintptr(fd), uintptr(unsafe.Pointer(&from)),
			uintptr(unsafe.Pointer(&size)), unix.SOCK_CLOEXEC, 0, 0)
	}
	if errno != 0 {
		return -1, netip.AddrPort{}, errno
	}
	if from.Family != unix.AF_INET {
		return conn, netip.AddrPort{}, 0
	}
	port := (*[2]byte)(unsafe.Pointer(&from.Port)) // in network byte order
	return conn, netip.AddrPortFrom(netip.AddrFrom4(from.Addr), uint16(port[0])<<8|uint16(port[1])), 0
}
