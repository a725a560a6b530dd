package kernel

import (
	"errors"
	"net/netip"
	"time"
)

// Connection is one end of a TCP connection as the kernel's table has it. The
// table also knows the ends that no fd belongs to any more: the kernel finishes
// a connection by itself after close(2).
type Connection struct {
	Local, Remote netip.AddrPort
	TCP           TCP           // its state; the zero TCP: it is not in the table
	Timer         Timer         // the kernel's timer that runs for it
	Expires       time.Duration // until that timer fires, as the kernel says it
	Orphan        bool          // no fd belongs to it any more
}

// Timer is which of its timers the kernel runs for a connection. The numbers
// are those of sock_diag(7), idiag_timer.
type Timer uint8

const (
	NoTimer         Timer = iota
	RetransmitTimer       // something must be acknowledged, or it is sent again
	KeepaliveTimer        // also: how long an orphan may stay in FIN_WAIT2
	TimeWaitTimer         // the entry's remaining life, in TIME_WAIT or as an orphan in FIN_WAIT2
	ProbeTimer            // the peer's window is closed: it is asked again
)

var timerNames = [...]string{"no timer", "retransmit", "keepalive", "timewait", "probe"}

// String returns the timer's name as ss(8) with -o has it.
func (t Timer) String() string {
	if int(t) < len(timerNames) {
		return timerNames[t]
	}
	return "(unknown)"
}

// ErrNoTable says that this system does not show its table of connections.
var ErrNoTable = errors.New("kernel: the table of TCP connections is not available here: only Linux shows it (sock_diag(7))")

// Find looks one end up in the table: the IPv4 connection from local to
// remote. An end that is not in the table is no error: its TCP is zero. It
// disturbs nothing, takes some microseconds, and may be called from any thread.
// Elsewhere than on Linux the error is ErrNoTable.
//
// Source: sock_diag(7). Where the kernel has no sock_diag it reads
// /proc/net/tcp (proc(5)), whose countdowns are coarser.
func Find(local, remote netip.AddrPort) (Connection, error) {
	c, err := find(local, remote)
	c.Local, c.Remote = local, remote
	return c, err
}

// Connections returns all ends of IPv4 connections whose own or whose peer's
// port is the given one, listeners included, in no order. It walks the whole
// table, so it is for asking now and then. Elsewhere than on Linux the error is
// ErrNoTable.
func Connections(port uint16) ([]Connection, error) { return connections(port) }
