package grade

import (
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// Server is a TCP server of the world, for a program that is a client.
type Server struct {
	Port int
	e    *Examiner
	l    *net.TCPListener
}

// Serve makes a server that listens on 127.0.0.1. Its port is to be given to
// the program as an argument. It is gone when the trial ends.
func (e *Examiner) Serve() *Server {
	port := e.Port()
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	must(err)
	return &Server{Port: port, e: e, l: l}
}

// Close ends listening; connections stay.
func (s *Server) Close() { s.l.Close() }

// Accept waits until the program has connected, and returns the world's end of
// that connection. The program's end is the socket that it has connected, whenever that was made.
func (s *Server) Accept(name, expected string) *Client {
	var conn *net.TCPConn
	s.e.Await(expected, func() bool {
		s.l.SetDeadline(time.Now().Add(5 * time.Millisecond))
		var err error
		conn, err = s.l.AcceptTCP()
		return err == nil
	})
	c := s.e.client(name, conn)
	s.e.Await(expected, func() bool {
		c.own = s.connected()
		return c.own != nil
	})
	return c
}

// Connects says of a record whether it connects a socket, or begins to.
func Connects(r *world.Entry) bool {
	return r.Kind == trace.CallEnd && r.Text == "connect" && (r.A >= 0 || r.B == int64(unix.EINPROGRESS))
}

// connected returns the first socket that the program has connected and that is no client's end yet, or nil. If
// it may have connected past the lab, it is the newest socket.
func (s *Server) connected() (own *world.FD) {
	taken := func(f *world.FD) bool {
		return slices.ContainsFunc(s.e.hands, func(h hand) bool {
			c, is := h.(*Client)
			return is && c.own == f
		})
	}
	s.e.Each(func(r *world.Entry) {
		if own != nil || !Connects(r) {
			return
		}
		f := s.e.FD(func(f *world.FD) bool { return f.Number == r.FD && f.Opened <= r.Time })
		if f != nil && !taken(f) {
			own = f
		}
	})
	if own == nil && slices.ContainsFunc(s.e.source.pastTheLab, func(call string) bool { return strings.HasSuffix(call, ".Connect") }) {
		return s.e.FD(func(f *world.FD) bool { return f.What == "TCP socket" })
	}
	return own
}

// HangUp closes the world's end.
func (c *Client) HangUp() {
	c.over = true
	c.conn.Close()
}

// Port returns a port of 127.0.0.1 that was free a moment ago, to be given to
// the program as an argument. It is none of those that the kernel picks for
// clients, so that no other trial's client comes in between; and no old
// connection has it.
func (e *Examiner) Port() int {
	must(reachable())
	const lowest, highest = 10000, 32767
	for range 1000 {
		port := lowest + rand.IntN(highest-lowest)
		fd, err := socket()
		must(err)
		err = unix.Bind(fd, &unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}})
		unix.Close(fd)
		if err == nil {
			return port
		}
	}
	panic(broken{unix.EADDRINUSE})
}

// socket makes a TCP socket that no program inherits which another trial starts at this moment: it would keep the port.
func socket() (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	return fd, err
}

// reachable measures that a client can connect on 127.0.0.1. Where it cannot, a
// trial would fail programs that are right.
func reachable() error {
	const timeout = 5 * time.Second
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err == nil {
		defer l.Close()
		var conn net.Conn
		if conn, err = net.DialTimeout("tcp4", l.Addr().String(), timeout); err == nil {
			conn.Close()
			return nil
		}
	}
	return fmt.Errorf("no client can connect on 127.0.0.1 (%w). That is no fault of the program: "+
		"bring the loopback interface up (sudo ip link set lo up), or let the firewall allow 127.0.0.1", err)
}

// PeerPort returns the port at the program's end.
func (c *Client) PeerPort() int { return c.conn.RemoteAddr().(*net.TCPAddr).Port }

// Rest returns a function that is called again and again, and reports whether
// the program has slept between its last calls.
func (e *Examiner) Rest() func() bool {
	var sign life
	return func() bool { return e.sleeps(&sign) }
}

// Stillness returns a function that is called again and again, and reports whether all threads
// of the program slept at its last calls, be they held or not. (Where that cannot be asked
// it says so without asking.)
func (e *Examiner) Stillness() func() bool {
	var looks row
	return func() bool { return looks.saw(allAsleep(e.run.Pid())) >= 5 }
}
