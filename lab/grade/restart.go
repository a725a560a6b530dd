package grade

import (
	"io"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/kernel"
	"fdlab/lab/world"
)

// Restart starts the program again, when it has ended. Its trace, its fds and
// what it prints are those of the new run from here on; the FIFOs and clients of
// the first run are gone.
func (e *Examiner) Restart(args ...string) {
	e.Afresh()
	e.Start(args...)
}

// Afresh is for a program that is started again with FIFOs of the world: make them
// after it (Anew), and then Start.
func (e *Examiner) Afresh() {
	if !e.ended {
		panic("grade: the program has not ended")
	}
	for _, h := range e.hands {
		h.close()
	}
	e.run.Close()
	e.hands, e.entries, e.signs, e.ended, e.over = nil, nil, 0, false, false
	e.said.Reset()
	clear(e.cut)
	e.everCut = world.Entry{}
}

// TimeWaits returns how many connections of the port are in TIME_WAIT in the
// kernel's table, by the side that has the port: the port's own, or its peers'.
// ok is false where the kernel does not show its table.
func TimeWaits(port int) (own, peers int, ok bool) {
	all, err := kernel.Connections(uint16(port))
	for _, c := range all {
		if c.TCP.String() != "TIME_WAIT" {
			continue
		}
		if int(c.Local.Port()) == port {
			own++
		} else {
			peers++
		}
	}
	return own, peers, err == nil
}

// Listens reports whether any program listens on the port, by the kernel's table. ok is false where the kernel does not show it.
func Listens(port int) (yes, ok bool) {
	all, err := kernel.Connections(uint16(port))
	for _, c := range all {
		yes = yes || c.TCP.String() == "LISTEN" && int(c.Local.Port()) == port
	}
	return yes, err == nil
}

// Shared reports whether another program of the same user may listen on a port
// on which one listens already: it tries.
func Shared(port int) bool {
	fd, err := socket()
	must(err)
	defer unix.Close(fd)
	must(unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1))
	must(unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1))
	addr := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	err = unix.Bind(fd, &unix.SockaddrInet4{Port: port, Addr: addr.As4()})
	return err == nil && unix.Listen(fd, 1) == nil
}

// hearOut lets the clients hear to its end what a program that has ended sent
// them: their ears are goroutines, and may be late.
func (e *Examiner) hearOut() {
	if !e.ended {
		return
	}
	for _, h := range e.hands {
		c, ok := h.(*Client)
		for end := time.Now().Add(limit); ok && !c.heardOut() && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
	}
}

func (c *Client) heardOut() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended || c.deaf
}

// WasReset reports whether the connection ended by an RST, and not by a FIN.
func (c *Client) WasReset() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended && c.err != io.EOF
}
