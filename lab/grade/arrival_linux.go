package grade

import (
	"net"

	"golang.org/x/sys/unix"
)

// unacknowledged returns how many bytes of a TCP socket the other end's kernel
// does not have yet: SIOCOUTQ, tcp(7).
func unacknowledged(fd int) int {
	n, err := unix.IoctlGetInt(fd, unix.SIOCOUTQ)
	if err != nil {
		return 0
	}
	return n
}

// room returns the window of a TCP socket's other end, less what is on its way there: TCP_INFO, tcp(7). An old
// kernel does not tell the window.
func room(fd int) int {
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return 0
	}
	return max(0, int(info.Snd_wnd)-unacknowledged(fd))
}

// acknowledge tells the other end at once what has come: TCP_QUICKACK, tcp(7).
// Else the kernel waits for up to 40 ms, and a sender with little room with it.
// It holds for a while only, so it is said again and again.
func acknowledge(conn *net.TCPConn) {
	if raw, err := conn.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK, 1) })
	}
}
