package experiment

import (
	"fmt"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/sys"
)

// Client is a TCP client on loopback, as a telnet in another terminal would
// be. It is the world's hand: it never blocks, and leaves no records. Any
// thread may call its methods.
type Client struct {
	Name string

	x      *X
	mu     sync.Mutex
	fd     int // -1: it has left
	state  dialing
	err    error  // why it is not connected, or not any more
	unsent []byte // what the kernel has not taken yet
	heard  []byte
	ended  bool // the server has said that no more will come
	deaf   bool // does not read
	shut   bool // say no more once unsent is empty
	byHand bool // a person's: no part of the script
}

type dialing int

const (
	underWay dialing = iota
	connected
	failed
)

// Dial begins to connect a client, and does not wait for the end of that. The
// client leaves when the experiment ends, if it has not left then. Out of fds
// or ports the experiment fails (X.Fail).
func (x *X) Dial(name string, to netip.AddrPort) *Client {
	c, err := x.dial(name, to)
	if err != nil {
		x.Fail(fmt.Errorf("%s: %w", name, err))
	}
	return c
}

// DialByHand is Dial for a poke: what goes wrong is said, and the result is
// nil. No script asks how this client is, so it sees by itself to what the
// kernel does not take at once; held time does not stop it.
func (x *X) DialByHand(name string, to netip.AddrPort) *Client {
	c, err := x.dial(name, to)
	if err != nil {
		x.Note("%s: %v", name, err)
		return nil
	}
	c.mu.Lock()
	c.byHand = true
	c.mu.Unlock()
	go c.attend()
	return c
}

// attend pumps until the client has left or the experiment should end.
func (c *Client) attend() {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !c.Left() {
		select {
		case <-tick.C:
			c.Unsent()
		case <-c.x.Stopped():
			return
		}
	}
}

func (x *X) dial(name string, to netip.AddrPort) (*Client, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		return nil, fmt.Errorf("socket: %w", err)
	}
	unix.CloseOnExec(fd)
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("fcntl: %w", err)
	}
	// Its own port is what a server knows it by. So it must be known before
	// the server can possibly accept.
	if err = unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		unix.Close(fd)
		if err == unix.EADDRINUSE { // bind(2): the kernel was to choose a port
			err = fmt.Errorf("%w (%w)", errNoPort, err)
		}
		return nil, fmt.Errorf("bind: %w", err)
	}
	own, err := unix.Getsockname(fd)
	if err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("getsockname: %w", err)
	}
	c := &Client{Name: name, x: x, fd: fd}
	x.mu.Lock()
	if x.callers == nil {
		x.callers = map[uint16]string{}
	}
	x.callers[uint16(own.(*unix.SockaddrInet4).Port)] = name
	x.mu.Unlock()
	x.Cleanup(c.Leave)
	err = unix.Connect(fd, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()})
	if err != nil && err != unix.EINPROGRESS && err != unix.EINTR {
		c.state, c.err = failed, err
	}
	return c, nil
}

// Caller returns the name of the client that a server has accepted from peer,
// or "" for one that is not of this experiment: somebody's telnet.
func (x *X) Caller(peer netip.AddrPort) string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.callers[peer.Port()]
}

// Connected reports whether the kernel has connected the client. That is the
// kernel's business: the server need not have called accept(2). The error says
// why it never will be (ECONNREFUSED), or was cut off (ECONNRESET).
func (c *Client) Connected() (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pump()
	return c.state == connected, c.err
}

// Say sends text, now or as soon as the kernel takes it.
func (c *Client) Say(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unsent = append(c.unsent, text...)
	c.pump()
}

// Heard returns all that the server has said so far.
func (c *Client) Heard() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pump()
	return string(c.heard)
}

// HeardEnd reports whether the server has closed its end, or the connection is
// broken.
func (c *Client) HeardEnd() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pump()
	return c.ended || c.err != nil
}

// Deaf has the client read nothing from now on, or read again: what the server
// sends then fills the kernel's buffers, and the server's write fails.
func (c *Client) Deaf(deaf bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deaf = deaf
	c.pump()
}

// Unsent returns how many bytes the client has not sent yet.
func (c *Client) Unsent() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pump()
	return len(c.unsent)
}

// Finish has the client say no more after what it has said: the server reads
// the end of file. It still hears. shutdown(2) with SHUT_WR.
func (c *Client) Finish() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shut = true
	c.pump()
}

// Leave closes the client's end: close(2). A second Leave does nothing.
func (c *Client) Leave() { c.leave(false) }

// Reset is Leave in a hurry: the server gets a reset (RST) instead of an end
// of file, ECONNRESET instead of 0 bytes.
func (c *Client) Reset() { c.leave(true) }

func (c *Client) leave(reset bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fd < 0 {
		return
	}
	if reset {
		c.must("SO_LINGER", unix.SetsockoptLinger(c.fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}))
	}
	unix.Close(c.fd)
	c.fd, c.ended = -1, true
}

// Left reports whether the client has left.
func (c *Client) Left() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fd < 0
}

// pump does what can be done without waiting. The caller holds mu.
func (c *Client) pump() {
	if c.fd < 0 || c.state == failed {
		return
	}
	if c.state == underWay && !c.decided() {
		return
	}
	for c.state == connected && len(c.unsent) > 0 {
		n, err := unix.Write(c.fd, c.unsent)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			c.fault(err)
			break
		}
		c.unsent = c.unsent[n:]
	}
	if c.shut && c.state == connected && len(c.unsent) == 0 {
		c.must("shutdown", unix.Shutdown(c.fd, unix.SHUT_WR))
		c.shut = false
	}
	var buf [16 << 10]byte
	for c.state == connected && !c.ended && !c.deaf {
		n, err := unix.Read(c.fd, buf[:])
		switch {
		case err == unix.EINTR:
		case err != nil:
			c.fault(err)
			return
		case n == 0:
			c.ended = true
		default:
			c.heard = append(c.heard, buf[:n]...)
		}
	}
}

// fault keeps an error that is more than "not now". What no server can have
// done to a client spoils the run.
func (c *Client) fault(err error) {
	if err == unix.EAGAIN {
		return
	}
	if c.err == nil {
		c.err = err
	}
	if err != unix.ECONNRESET && err != unix.EPIPE {
		c.must("read or write", err)
	}
}

// must invalidates the run: the script could not do what it is there for.
func (c *Client) must(what string, err error) {
	if err != nil && !c.byHand {
		c.x.Invalidate(fmt.Errorf("%s: %s: %w", c.Name, what, err))
	}
}

// decided reports whether the kernel has decided about the connection.
func (c *Client) decided() bool {
	fds := [1]unix.PollFd{{Fd: int32(c.fd), Events: unix.POLLOUT}}
	n, err := unix.Poll(fds[:], 0)
	if err != nil && err != unix.EINTR {
		c.must("poll", err)
	}
	if n == 0 || err != nil {
		return false
	}
	errno, err := unix.GetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && errno != 0 {
		err = unix.Errno(errno)
	}
	c.state = connected
	if err != nil {
		c.state, c.err = failed, err
	}
	return true
}

// AcceptFrom is sys.Accept on a non-blocking listener, with a label for the
// new fd, which does not block either: the client's name, or "guest 1" for
// somebody who came by himself. Its owner closes it.
func (x *X) AcceptFrom(listener int) (conn int, name string, err error) {
	conn, peer, err := sys.Accept(listener)
	if err != nil {
		return -1, "", err
	}
	if name = x.Caller(peer); name == "" {
		x.mu.Lock()
		x.guests++
		name = fmt.Sprintf("guest %d", x.guests)
		x.mu.Unlock()
	}
	sys.Label(conn, name)
	if err := sys.SetNonblock(conn, true); err != nil {
		sys.Close(conn)
		return -1, "", err
	}
	return conn, name, nil
}

// Guests returns how many clients came that are not of this experiment.
func (x *X) Guests() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.guests
}
