package kernel

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// connected makes a connection on loopback, and returns both ends and their
// addresses. The listener is open until the test ends.
func connected(t *testing.T) (client, server int, local, remote netip.AddrPort) {
	t.Helper()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	socket := func() int {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		check(err)
		return fd
	}
	addr := func(fd int) netip.AddrPort {
		name, err := unix.Getsockname(fd)
		check(err)
		v4 := name.(*unix.SockaddrInet4)
		return netip.AddrPortFrom(netip.AddrFrom4(v4.Addr), uint16(v4.Port))
	}
	listener := socket()
	t.Cleanup(func() { unix.Close(listener) })
	check(unix.Bind(listener, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	check(unix.Listen(listener, 3))
	remote = addr(listener)
	client = socket()
	check(unix.Connect(client, &unix.SockaddrInet4{Port: int(remote.Port()), Addr: remote.Addr().As4()}))
	server, _, err := unix.Accept4(listener, unix.SOCK_CLOEXEC)
	check(err)
	return client, server, addr(client), remote
}

// becomes waits until the end is in a state.
func becomes(t *testing.T, local, remote netip.AddrPort, want string) Connection {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		c, err := Find(local, remote)
		if err != nil {
			t.Fatal(err)
		}
		if c.TCP.String() == want {
			return c
		}
		if time.Now().After(end) {
			t.Fatalf("%v to %v is %q; want %q", local, remote, c.TCP, want)
		}
	}
}

func TestFindFollowsAConnectionToTimeWait(t *testing.T) {
	client, server, local, remote := connected(t)
	if c := becomes(t, local, remote, "ESTABLISHED"); c.Orphan || c.Timer != NoTimer {
		t.Errorf("ESTABLISHED: %+v", c)
	}
	becomes(t, remote, local, "ESTABLISHED")

	unix.Close(client)
	if c := becomes(t, local, remote, "FIN_WAIT2"); !c.Orphan || c.Timer != TimeWaitTimer || c.Expires <= 0 {
		t.Errorf("FIN_WAIT2 without an fd: %+v", c)
	}
	if c := becomes(t, remote, local, "CLOSE_WAIT"); c.Orphan || c.Timer != NoTimer {
		t.Errorf("CLOSE_WAIT: %+v", c)
	}
	unix.Close(server)
	c := becomes(t, local, remote, "TIME_WAIT")
	if !c.Orphan || c.Timer != TimeWaitTimer || c.Expires < 10*time.Second || c.Expires > 2*time.Minute {
		t.Errorf("TIME_WAIT: %+v", c)
	}
	// The listener has the server's address and would take the connection:
	// it is not the connection.
	becomes(t, remote, local, "")
}

func TestFindSaysThatNothingIsThere(t *testing.T) {
	nobody := netip.MustParseAddrPort("127.0.0.1:1")
	c, err := Find(nobody, netip.MustParseAddrPort("127.0.0.1:2"))
	if err != nil || c.TCP.Code != 0 || c.Local != nobody {
		t.Errorf("Find = %+v, %v", c, err)
	}
}

func TestConnectionsOfAPort(t *testing.T) {
	client, server, local, remote := connected(t)
	defer unix.Close(client)
	defer unix.Close(server)
	becomes(t, remote, local, "ESTABLISHED")
	all, err := Connections(remote.Port())
	if err != nil {
		t.Fatal(err)
	}
	proc, err := procTable()
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range [][]Connection{all, proc} {
		found := map[string]int{}
		for _, c := range list {
			switch {
			case c.Local == local && c.Remote == remote:
				found["client "+c.TCP.String()]++
			case c.Local == remote && c.Remote == local:
				found["server "+c.TCP.String()]++
			case c.Local == remote:
				found["listener "+c.TCP.String()]++
			}
		}
		for _, want := range []string{"client ESTABLISHED", "server ESTABLISHED", "listener LISTEN"} {
			if found[want] != 1 {
				t.Errorf("%q: %d times: %v", want, found[want], found)
			}
		}
	}
}

// TestProcConnection: lines as proc(5) and the kernel have them, here from a
// little-endian machine.
func TestProcConnection(t *testing.T) {
	const line = "   1: 0100007F:2695 0100007F:9C40 06 00000000:00000000 03:0000176F 00000000     0        0 0 3 0000000000000000"
	if binary.NativeEndian.Uint16([]byte{1, 0}) == 1 {
		c, ok := procConnection(line)
		want := Connection{
			Local: netip.MustParseAddrPort("127.0.0.1:9877"), Remote: netip.MustParseAddrPort("127.0.0.1:40000"),
			TCP: TCP{Code: 6}, Timer: TimeWaitTimer, Expires: 59990 * time.Millisecond, Orphan: true,
		}
		if !ok || c != want {
			t.Errorf("procConnection = %+v, %v; want %+v", c, ok, want)
		}
	}
	for _, bad := range []string{
		"", "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
		"1: 0100007F 0100007F:9C40 06 0:0 03:1 0 0 0 0", "1: 0100007F:2695 0100007F:9C40 zz 0:0 03:1 0 0 0 0",
		"1: 01:2695 0100007F:9C40 06 0:0 03:1 0 0 0 0", "1: 0100007F:2695 0100007F:9C40 06 0:0 03 0 0 0 0",
	} {
		if c, ok := procConnection(bad); ok {
			t.Errorf("%q was taken for %+v", bad, c)
		}
	}
}

func TestDiagAnswersThatAreBroken(t *testing.T) {
	message := func(size uint32, kind uint16, body ...byte) []byte {
		b := make([]byte, unix.NLMSG_HDRLEN, 64)
		binary.NativeEndian.PutUint32(b, size)
		binary.NativeEndian.PutUint16(b[4:], kind)
		return append(b, body...)
	}
	errno := func(e unix.Errno) []byte {
		return binary.NativeEndian.AppendUint32(nil, uint32(-int32(e)))
	}
	for name, c := range map[string]struct {
		bytes []byte
		err   error
	}{
		"longer than it is": {message(1000, unix.SOCK_DIAG_BY_FAMILY), nil},
		"no length":         {message(0, unix.SOCK_DIAG_BY_FAMILY), nil},
		"a refusal":         {message(20, unix.NLMSG_ERROR, errno(unix.EPERM)...), unix.EPERM},
	} {
		var all []Connection
		more, err := diagAnswers(c.bytes, &all)
		if more || err == nil || c.err != nil && !errors.Is(err, c.err) || len(all) != 0 {
			t.Errorf("%s: %v, %v, %v", name, more, err, all)
		}
	}
	var all []Connection
	if more, err := diagAnswers(message(20, unix.NLMSG_ERROR, errno(unix.ENOENT)...), &all); more || err != nil {
		t.Errorf("not in the table: %v, %v", more, err)
	}
}
