package kernel

import (
	"bytes"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

const (
	fionread  = unix.SIOCINQ // FIONREAD has the same number
	pollRDHUP = unix.POLLRDHUP
)

func ioctlInt(fd int, request uint) (int64, error) {
	n, err := unix.IoctlGetUint32(fd, request) // the kernel writes a C int
	return int64(n), err
}

// pipeUnread asks for the bytes in a pipe from its write end: FIONREAD answers
// there too.
func pipeUnread(fd int) int64 {
	n, _ := queued(fd)
	return n
}

func unsent(fd int) int64 {
	n, err := ioctlInt(fd, unix.SIOCOUTQ)
	if err != nil {
		return 0
	}
	return n
}

func isTCP(fd int) bool {
	protocol, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PROTOCOL)
	return err == nil && protocol == unix.IPPROTO_TCP
}

// tcpInfo asks TCP_INFO. In a listener's answer the kernel reuses two fields:
// tcpi_unacked is the length of the accept queue, tcpi_sacked its limit
// (net/ipv4/tcp.c, tcp_get_info; ss(8) shows the same).
func tcpInfo(fd int) TCP {
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return TCP{}
	}
	t := TCP{Code: info.State}
	if t.String() == "LISTEN" {
		t.Backlog, t.Limit = int(info.Unacked), int(info.Sacked)
	}
	return t
}

func isEventfd(fd int) bool {
	name, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd))
	return err == nil && name == "anon_inode:[eventfd]"
}

// eventfdCount finds an eventfd's counter in proc(5): reading the fd itself
// would take the value away.
func eventfdCount(fd int) (int64, error) {
	text, err := os.ReadFile("/proc/self/fdinfo/" + strconv.Itoa(fd))
	if err != nil {
		return 0, err
	}
	_, rest, found := bytes.Cut(text, []byte("eventfd-count:"))
	if !found {
		return 0, nil
	}
	count, _, _ := bytes.Cut(rest, []byte("\n"))
	return strconv.ParseInt(string(bytes.TrimSpace(count)), 16, 64)
}
