package kernel

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// The messages of sock_diag(7) for TCP: struct inet_diag_req_v2 and struct
// inet_diag_msg of linux/inet_diag.h. Ports and addresses are in network order,
// the rest in the machine's.
const (
	requestLen = unix.NLMSG_HDRLEN + 56
	answerLen  = 72
	anyState   = 0xffffffff
	noCookie   = 0xffffffff
)

func find(local, remote netip.AddrPort) (Connection, error) {
	all, err := diag(local, remote, 0)
	if err != nil {
		if all, err = procTable(); err != nil {
			return Connection{}, err
		}
	}
	for _, c := range all {
		// When there is no such connection, the kernel answers with the
		// listener that would take it.
		if c.Local == local && c.Remote == remote {
			return c, nil
		}
	}
	return Connection{}, nil
}

func connections(port uint16) ([]Connection, error) {
	none := netip.AddrPortFrom(netip.IPv4Unspecified(), 0)
	all, err := diag(none, none, unix.NLM_F_DUMP)
	if err != nil {
		if all, err = procTable(); err != nil {
			return nil, err
		}
	}
	var found []Connection
	for _, c := range all {
		if c.Local.Port() == port || c.Remote.Port() == port {
			found = append(found, c)
		}
	}
	return found, nil
}

// diag asks over a netlink socket of its own: so threads do not mix answers.
func diag(local, remote netip.AddrPort, flags uint16) ([]Connection, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	ask := diagRequest(local, remote, flags)
	if err := unix.Sendto(fd, ask, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, err
	}
	var all []Connection
	buf := make([]byte, 32<<10)
	for {
		n, _, err := unix.Recvfrom(fd, buf, 0)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return nil, err
		}
		more, err := diagAnswers(buf[:n], &all)
		if err != nil || !more {
			return all, err
		}
	}
}

func diagRequest(local, remote netip.AddrPort, flags uint16) []byte {
	b := make([]byte, requestLen)
	order := binary.NativeEndian
	order.PutUint32(b[0:], requestLen)
	order.PutUint16(b[4:], unix.SOCK_DIAG_BY_FAMILY)
	order.PutUint16(b[6:], unix.NLM_F_REQUEST|flags)
	body := b[unix.NLMSG_HDRLEN:]
	body[0], body[1] = unix.AF_INET, unix.IPPROTO_TCP
	order.PutUint32(body[4:], anyState)
	binary.BigEndian.PutUint16(body[8:], local.Port())
	binary.BigEndian.PutUint16(body[10:], remote.Port())
	from, to := local.Addr().As4(), remote.Addr().As4()
	copy(body[12:], from[:])
	copy(body[28:], to[:])
	order.PutUint32(body[48:], noCookie)
	order.PutUint32(body[52:], noCookie)
	return b
}

// diagAnswers adds the ends in one datagram to all, and reports whether the
// kernel has more to say.
func diagAnswers(b []byte, all *[]Connection) (more bool, err error) {
	order := binary.NativeEndian
	for len(b) >= unix.NLMSG_HDRLEN {
		size, flags := int(order.Uint32(b)), order.Uint16(b[6:])
		if size < unix.NLMSG_HDRLEN || size > len(b) {
			return false, fmt.Errorf("kernel: sock_diag: a message of %d bytes in %d", size, len(b))
		}
		body := b[unix.NLMSG_HDRLEN:size]
		switch kind := order.Uint16(b[4:]); {
		case kind == unix.NLMSG_DONE:
			return false, nil
		case kind == unix.NLMSG_ERROR && len(body) >= 4:
			errno := unix.Errno(-int32(order.Uint32(body)))
			if errno == unix.ENOENT || errno == 0 { // not in the table
				return false, nil
			}
			return false, errno
		case kind == unix.SOCK_DIAG_BY_FAMILY && len(body) >= answerLen:
			*all = append(*all, diagConnection(body))
		}
		if flags&unix.NLM_F_MULTI == 0 {
			return false, nil
		}
		b = b[min((size+3)&^3, len(b)):]
	}
	return true, nil
}

func diagConnection(b []byte) Connection {
	order := binary.NativeEndian
	address := func(port, addr int) netip.AddrPort {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[addr:addr+4])), binary.BigEndian.Uint16(b[port:]))
	}
	c := Connection{
		Local: address(4, 8), Remote: address(6, 24),
		TCP: TCP{Code: b[1]}, Timer: Timer(b[2]),
		Expires: time.Duration(order.Uint32(b[52:])) * time.Millisecond,
		Orphan:  order.Uint32(b[68:]) == 0,
	}
	if c.TCP.String() == "LISTEN" {
		c.TCP.Backlog, c.TCP.Limit = int(order.Uint32(b[56:])), int(order.Uint32(b[60:]))
	}
	return c
}

// procTable reads /proc/net/tcp.
func procTable() ([]Connection, error) {
	f, err := os.Open("/proc/net/tcp")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoTable, err)
	}
	defer f.Close()
	var all []Connection
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if c, ok := procConnection(lines.Text()); ok {
			all = append(all, c)
		}
	}
	return all, lines.Err()
}

// procConnection reads one line: number, local, remote, state, queues, timer
// and when it fires, retransmits, uid, timeout, inode. All but the last three
// are in hexadecimal. The heading is no connection.
func procConnection(line string) (c Connection, ok bool) {
	fields := strings.Fields(line)
	if len(fields) < 10 {
		return c, false
	}
	code, err := strconv.ParseUint(fields[3], 16, 8)
	timer, when, _ := strings.Cut(fields[5], ":")
	kind, err2 := strconv.ParseUint(timer, 16, 8)
	ticks, err3 := strconv.ParseUint(when, 16, 32)
	local, ok1 := procAddress(fields[1])
	remote, ok2 := procAddress(fields[2])
	if err != nil || err2 != nil || err3 != nil || !ok1 || !ok2 {
		return c, false
	}
	const tick = time.Second / 100 // USER_HZ, the same on all Linux systems
	return Connection{
		Local: local, Remote: remote, TCP: TCP{Code: uint8(code)},
		Timer: Timer(kind), Expires: time.Duration(ticks) * tick, Orphan: fields[9] == "0",
	}, true
}

// procAddress reads "0100007F:2695": the address is one number in the
// machine's byte order, the port is a plain number.
func procAddress(text string) (netip.AddrPort, bool) {
	host, port, _ := strings.Cut(text, ":")
	raw, err := hex.DecodeString(host)
	n, err2 := strconv.ParseUint(port, 16, 16)
	if err != nil || err2 != nil || len(raw) != 4 {
		return netip.AddrPort{}, false
	}
	var addr [4]byte
	binary.NativeEndian.PutUint32(addr[:], binary.BigEndian.Uint32(raw))
	return netip.AddrPortFrom(netip.AddrFrom4(addr), uint16(n)), true
}
