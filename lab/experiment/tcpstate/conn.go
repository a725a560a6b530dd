package tcpstate

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/experiment"
	"fdlab/lab/kernel"
	"fdlab/lab/sys"
	"fdlab/lab/trace"
)

// Conn is a TCP connection on loopback that has both its ends in this process.
// While the run is recorded, each change of an end's state is put into the
// trace (Endpoint), also when no fd belongs to it any more.
type Conn struct {
	Client, Server *End
	x              *experiment.X
}

// End is one end of a Conn. It owns its fd.
type End struct {
	Name          string // "client", "server"
	FD            int
	Local, Remote netip.AddrPort

	mu     sync.Mutex // held while FD is closed, and while the trace is told of it
	open   bool
	next   time.Time // when the kernel is asked again
	last   kernel.Connection
	lastAt time.Time
}

// Pair is what the kernel says of both ends of a connection.
type Pair struct{ Client, Server kernel.Connection }

// Conn takes over the two fds of a connection. They are closed when the
// experiment ends, if they are open then. It fails the experiment where the
// kernel does not show its table of connections (kernel.ErrNoTable).
func (o *Observer) Conn(client, server int) *Conn {
	x := o.x
	local, err := sys.Getsockname(client)
	remote, err2 := sys.Getpeername(client)
	if err := errors.Join(err, err2); err != nil {
		x.Fail(fmt.Errorf("a client that is not connected: %w", err))
	}
	c := &Conn{x: x,
		Client: &End{Name: "client", FD: client, Local: local, Remote: remote, open: true},
		Server: &End{Name: "server", FD: server, Local: remote, Remote: local, open: true},
	}
	x.Cleanup(func() { c.Client.Close(); c.Server.Close() })
	o.observe(c.Client, c.Server)
	c.States() // fails early
	return c
}

// Close closes the end's fd: close(2). The kernel carries on without it. A
// second Close does nothing.
func (e *End) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.open {
		return nil
	}
	e.open, e.next = false, time.Time{}
	return sys.Close(e.FD)
}

// Open reports whether the end still has its fd.
func (e *End) Open() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.open
}

// State asks the kernel's table, and puts a change into the trace.
func (e *End) State() (kernel.Connection, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now, err := kernel.Find(e.Local, e.Remote)
	if err != nil {
		return now, err
	}
	at := time.Now()
	expected := e.last.Expires - at.Sub(e.lastAt)
	drifted := (now.Expires - expected).Abs() > 100*time.Millisecond
	if e.lastAt.IsZero() || now.TCP.Code != e.last.TCP.Code || now.Timer != e.last.Timer ||
		now.Orphan != e.last.Orphan || now.Timer != kernel.NoTimer && drifted {
		e.put(now)
		e.last, e.lastAt = now, at
	}
	return now, nil
}

func (e *End) put(now kernel.Connection) {
	rec := trace.Process()
	r := trace.Record{
		Kind: trace.Endpoint, FD: trace.NoFD, Str: rec.String(e.Name),
		A: int64(now.TCP.Code), B: int64(e.Local.Port())<<16 | int64(e.Remote.Port()),
		C: -1, D: int64(now.Timer),
	}
	if e.open {
		r.FD = int32(e.FD)
	}
	if now.Timer != kernel.NoTimer {
		r.C = int64(now.Expires)
	}
	rec.Put(&r)
}

// States asks the kernel about both ends.
func (c *Conn) States() (p Pair) {
	var err, err2 error
	p.Client, err = c.Client.State()
	p.Server, err2 = c.Server.State()
	if err := errors.Join(err, err2); err != nil {
		c.x.Fail(err)
	}
	return p
}

// Settle waits until the kernel has nothing more to do for either end before
// the program or a timer does something, and returns what they are then. If
// they still move after 10 s it returns what they are.
func (c *Conn) Settle() Pair {
	before := c.States()
	c.x.Await(10*time.Second, func() bool {
		// The two ends are not asked at the same moment: only two equal
		// answers in a row belong together.
		now := c.States()
		same := now.Client.TCP == before.Client.TCP && now.Server.TCP == before.Server.TCP
		before = now
		return same && !moving(now.Client) && !moving(now.Server)
	})
	return before
}

// moving reports whether an end waits for a segment that is on its way.
func moving(c kernel.Connection) bool {
	switch c.TCP.String() {
	case "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "CLOSING", "LAST_ACK":
		return true
	}
	return false
}

// TimeWait says which ends are in TIME_WAIT: "client", "server", "both" or
// "nobody".
func (p Pair) TimeWait() string {
	client, server := p.Client.TCP.String() == "TIME_WAIT", p.Server.TCP.String() == "TIME_WAIT"
	switch {
	case client && server:
		return "both"
	case client:
		return "client"
	case server:
		return "server"
	}
	return "nobody"
}

// String says both states, and the kernel's countdown where one runs.
func (p Pair) String() string {
	return "client " + state(p.Client) + ", server " + state(p.Server)
}

func state(c kernel.Connection) string {
	if c.TCP.Code == 0 {
		return "gone"
	}
	if c.Timer == kernel.TimeWaitTimer {
		return fmt.Sprintf("%s (%.0f s left)", c.TCP, c.Expires.Seconds())
	}
	return c.TCP.String()
}

// HoldFINs has the kernel hold back the next segment of each end, its FIN if
// it is closed now, for about d: so that the states on the way, which last
// microseconds on loopback, can be seen, and so that both ends can close before
// either hears of it. ENOSYS or ENOPROTOOPT: this kernel cannot.
//
// It is done with SO_MAX_PACING_RATE (socket(7)): after n bytes at a rate of
// n/d bytes a second, the next segment must wait for d. Linux lets a
// connection's first ten segments go unpaced, so those are spent first.
func (c *Conn) HoldFINs(d time.Duration) error {
	const bytes = 64
	rate := max(1, int(bytes*time.Second/d))
	ways := [][2]*End{{c.Client, c.Server}, {c.Server, c.Client}}
	for _, way := range ways {
		// The apparatus's own bytes: they leave no record.
		if err := unix.SetsockoptInt(way[0].FD, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
			return err
		}
		for range 12 {
			if err := carry(way[0].FD, way[1].FD, 1); err != nil {
				return err
			}
		}
		if err := sys.SetMaxPacingRate(way[0].FD, rate); err != nil {
			return err
		}
	}
	for _, way := range ways {
		if err := carry(way[0].FD, way[1].FD, bytes); err != nil {
			return err
		}
	}
	return nil
}

// carry writes n bytes at one fd and reads them at the other: what stays
// unread would turn the close into a reset.
func carry(from, to, n int) error {
	buf := make([]byte, n)
	if _, err := unix.Write(from, buf); err != nil {
		return err
	}
	for n > 0 {
		got, err := unix.Read(to, buf[:n])
		if err == unix.EINTR {
			continue
		}
		if err != nil || got == 0 {
			return fmt.Errorf("%d bytes did not arrive: %w", n, err)
		}
		n -= got
	}
	return nil
}
