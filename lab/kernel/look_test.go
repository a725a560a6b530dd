package kernel

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
)

func pipe(t *testing.T) (r, w int) {
	t.Helper()
	var p [2]int
	if err := unix.Pipe(p[:]); err != nil {
		t.Fatal(err)
	}
	for _, fd := range p {
		unix.CloseOnExec(fd)
	}
	t.Cleanup(func() { unix.Close(p[0]); unix.Close(p[1]) })
	return p[0], p[1]
}

func write(t *testing.T, fd int, text string) {
	t.Helper()
	if n, err := unix.Write(fd, []byte(text)); err != nil || n != len(text) {
		t.Fatalf("write(%d, %q) = %d, %v", fd, text, n, err)
	}
}

func see(t *testing.T, what string, fd int, want State) {
	t.Helper()
	got, err := Look(fd)
	if err != nil || got != want {
		t.Errorf("%s: Look(%d) = %+v, %v; want %+v", what, fd, got, err, want)
	}
}

func linuxOnly(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the kernel answers this on Linux only")
	}
}

func TestLookAtPipe(t *testing.T) {
	linuxOnly(t)
	r, w := pipe(t)
	see(t, "empty, read end", r, State{})
	see(t, "empty, write end", w, State{Ready: trace.Writable})
	write(t, w, "heihei\n")
	for range 3 { // looking takes nothing away
		see(t, "7 bytes, read end", r, State{Ready: trace.Readable, Queued: 7})
		see(t, "7 bytes, write end", w, State{Ready: trace.Writable, Unsent: 7})
	}
	unix.Close(w)
	see(t, "writer gone, bytes left", r, State{Ready: trace.Readable | trace.HangUp, Queued: 7})
	unix.Read(r, make([]byte, 10))
	see(t, "writer gone, empty", r, State{Ready: trace.HangUp})
	see(t, "closed", w, State{Ready: trace.NotOpen})
}

func TestLookAtFullPipeAndGoneReader(t *testing.T) {
	linuxOnly(t)
	r, w := pipe(t)
	unix.SetNonblock(w, true)
	total := int64(0)
	for {
		n, err := unix.Write(w, make([]byte, 4096))
		if err == unix.EAGAIN {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		total += int64(n)
	}
	see(t, "full, write end", w, State{Unsent: total})
	unix.Close(r)
	got, err := Look(w)
	if err != nil || got.Ready&trace.Broken == 0 {
		t.Errorf("reader gone: Look = %+v, %v; want Broken (POLLERR)", got, err)
	}
}

func TestLookAtEventfdAndFile(t *testing.T) {
	linuxOnly(t)
	fd, err := eventfd()
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	see(t, "counter 0", fd, State{Ready: trace.Writable})
	write(t, fd, "\x05\x00\x00\x00\x00\x00\x00\x00")
	write(t, fd, "\x0b\x00\x00\x00\x00\x00\x00\x00")
	see(t, "counter 5+11", fd, State{Ready: trace.Readable | trace.Writable, Queued: 16})

	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	see(t, "empty file", int(file.Fd()), State{Ready: trace.Readable | trace.Writable})
}

// loopback returns a listening socket on a free port, and its address.
func loopback(t *testing.T, backlog int) (int, unix.Sockaddr) {
	t.Helper()
	fd := socket(t)
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, backlog); err != nil {
		t.Fatal(err)
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return fd, name
}

func socket(t *testing.T) int {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	unix.CloseOnExec(fd)
	t.Cleanup(func() { unix.Close(fd) })
	return fd
}

func TestLookAtListenBacklog(t *testing.T) {
	linuxOnly(t)
	listener, name := loopback(t, 3)
	see(t, "nobody", listener, State{TCP: TCP{Code: 10, Limit: 3}})
	for range 2 {
		if err := unix.Connect(socket(t), name); err != nil {
			t.Fatal(err)
		}
	}
	// connect(2) returns before the last ACK of the handshake has arrived.
	until(t, "both to arrive", func() bool { s, _ := Look(listener); return s.TCP.Backlog == 2 })
	see(t, "two wait", listener, State{Ready: trace.Readable, TCP: TCP{Code: 10, Backlog: 2, Limit: 3}})
	conn, _, err := unix.Accept(listener)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(conn)
	see(t, "one waits", listener, State{Ready: trace.Readable, TCP: TCP{Code: 10, Backlog: 1, Limit: 3}})
}

func TestLookAtTCPClose(t *testing.T) {
	linuxOnly(t)
	listener, name := loopback(t, 3)
	client := socket(t)
	if err := unix.Connect(client, name); err != nil {
		t.Fatal(err)
	}
	server, _, err := unix.Accept(listener)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(server)
	state := func(fd int, want string) {
		t.Helper()
		until(t, want, func() bool {
			s, err := Look(fd)
			return err == nil && s.TCP.String() == want
		})
	}
	state(client, "ESTABLISHED")
	state(server, "ESTABLISHED")
	write(t, client, "hello")
	until(t, "5 bytes queued", func() bool { s, _ := Look(server); return s.Queued == 5 })
	unix.Shutdown(client, unix.SHUT_WR)
	state(client, "FIN_WAIT2")
	state(server, "CLOSE_WAIT")
	s, _ := Look(server)
	if s.Ready&trace.EndOfFile == 0 {
		t.Errorf("the peer has shut down: Look = %+v; want EndOfFile (POLLRDHUP)", s)
	}
	unix.Shutdown(server, unix.SHUT_WR)
	state(server, "CLOSE")
}

func TestUsageGrows(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before, err := ThreadUsage()
	if err != nil {
		t.Fatal(err)
	}
	until(t, "CPU time to grow", func() bool { // asking costs CPU time itself
		now, err := ThreadUsage()
		if err != nil {
			t.Fatal(err)
		}
		return now.Sub(before).CPU() > 0
	})
	if soft, hard, err := Limits(); err != nil || soft == 0 || soft > hard {
		t.Errorf("Limits() = %d, %d, %v", soft, hard, err)
	}
}
