package sys

import (
	"testing"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
)

func TestTCPFromListenToClose(t *testing.T) {
	l := recorded(t)
	listener, err := ListenTCP(0, 5, "")
	must(t, err)
	defer Close(listener)
	addr, err := Getsockname(listener)
	must(t, err)
	must(t, SetNonblock(listener, true))
	if _, _, err := Accept(listener); err != unix.EAGAIN {
		t.Errorf("Accept without a client = %v; want EAGAIN", err)
	}
	l.call(t, listener, "accept", -1, unix.EAGAIN, "")
	labels := l.of(listener, trace.Label)
	if len(labels) != 1 || l.reader.String(labels[0].Str) != "TCP listener "+addr.String() {
		t.Errorf("the listener's label: %+v", labels)
	}

	client, err := Socket("")
	must(t, err)
	defer Close(client)
	must(t, Connect(client, addr))
	own, err := Getsockname(client)
	must(t, err)
	labels = l.of(client, trace.Label)
	if len(labels) != 1 || l.reader.String(labels[0].Str) != "TCP "+own.String()+" to "+addr.String() {
		t.Errorf("the client's label: %q", l.reader.String(labels[0].Str))
	}
	var conn int
	until(t, "the connection", func() bool {
		c, peer, err := Accept(listener)
		if err == nil && peer != own {
			t.Errorf("Accept says the peer is %v; want %v", peer, own)
		}
		conn = c
		return err == nil
	})
	if open := l.of(conn, trace.Open); l.reader.String(open[0].Str) != "TCP from "+own.String() {
		t.Errorf("Open says %q", l.reader.String(open[0].Str))
	}
	if peer, err := Getpeername(conn); err != nil || peer != own {
		t.Errorf("Getpeername = %v, %v; want %v", peer, err, own)
	}
	_, err = Write(client, []byte("hello"))
	must(t, err)
	must(t, Shutdown(client, unix.SHUT_WR))
	l.call(t, client, "shutdown", 0, 0, "")
	buf := make([]byte, 10)
	if n, err := Read(conn, buf); err != nil || string(buf[:n]) != "hello" {
		t.Errorf("Read = %d, %v", n, err)
	}
	if n, err := Read(conn, buf); n != 0 || err != nil {
		t.Errorf("Read after the peer's shutdown = %d, %v; want 0, nil", n, err)
	}
	must(t, SetLinger(conn, 0)) // reset
	must(t, Close(conn))
	if _, err := Read(client, buf); err != unix.ECONNRESET {
		t.Errorf("Read after the peer's reset = %v; want ECONNRESET", err)
	}
}

func TestNonblockingConnect(t *testing.T) {
	listener, err := ListenTCP(0, 5, "")
	must(t, err)
	addr, err := Getsockname(listener)
	must(t, err)
	connect := func() (int, error) {
		fd, err := Socket("")
		must(t, err)
		must(t, SetNonblock(fd, true))
		if err := Connect(fd, addr); err != unix.EINPROGRESS && err != nil {
			return fd, err
		}
		until(t, "the connection to be decided", func() bool {
			fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
			n, _ := unix.Poll(fds, 0)
			return n == 1
		})
		return fd, SocketError(fd)
	}
	fd, err := connect()
	if err != nil {
		t.Errorf("connect to a listener: %v", err)
	}
	Close(fd)
	Close(listener)
	fd, err = connect()
	if err != unix.ECONNREFUSED {
		t.Errorf("connect to nobody: %v; want ECONNREFUSED", err)
	}
	Close(fd)
}

func TestTakenPort(t *testing.T) {
	l := recorded(t)
	first, err := ListenTCP(0, 5, "")
	must(t, err)
	defer Close(first)
	addr, err := Getsockname(first)
	must(t, err)
	if fd, err := ListenTCP(addr.Port(), 5, ""); fd != -1 || err != unix.EADDRINUSE {
		t.Errorf("ListenTCP on a taken port = %d, %v; want -1, EADDRINUSE", fd, err)
	}
	opens, closes := 0, 0
	l.of(0)
	for _, r := range l.seen {
		switch r.Kind {
		case trace.Open:
			opens++
		case trace.Close:
			closes++
		}
	}
	if opens != closes+1 {
		t.Errorf("%d fds opened and %d closed: the failed one leaked", opens, closes)
	}
}

func TestSocketpairTalksBothWays(t *testing.T) {
	l := recorded(t)
	a, b, err := Socketpair("line")
	must(t, err)
	defer closeAll(a, b)
	buf := make([]byte, 10)
	for _, way := range [][2]int{{a, b}, {b, a}} {
		_, err := Write(way[0], []byte("x"))
		must(t, err)
		if n, err := Read(way[1], buf); n != 1 || err != nil {
			t.Errorf("Read = %d, %v", n, err)
		}
	}
	if open := l.of(a, trace.Open); open[0].B != int64(b) {
		t.Errorf("the peer of %d is %d; want %d", a, open[0].B, b)
	}
}
