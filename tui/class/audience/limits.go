package audience

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// gate is a listener that closes at once what is too much: of one address, so that it
// leaves room for the others, and of all.
type gate struct {
	net.Listener

	mu   sync.Mutex // guards what follows
	open int
	from map[netip.Addr]int
}

const (
	mostOpen        = 768 // connections
	mostOpenFromOne = 256
)

func (g *gate) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		at, _ := netip.ParseAddrPort(c.RemoteAddr().String())
		from := at.Addr().Unmap()
		if g.enter(from) {
			return &counted{Conn: c, leave: sync.OnceFunc(func() { g.leave(from) })}, nil
		}
		c.Close()
	}
}

func (g *gate) enter(from netip.Addr) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open >= mostOpen || g.from[from] >= mostOpenFromOne {
		return false
	}
	g.open++
	g.from[from]++
	return true
}

func (g *gate) leave(from netip.Addr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open--
	if g.from[from]--; g.from[from] == 0 {
		delete(g.from, from)
	}
}

// counted is a connection that makes room when it is closed.
type counted struct {
	net.Conn
	leave func()
}

func (c *counted) Close() error {
	c.leave()
	return c.Conn.Close()
}

// rate lets each address ask so often: many at once when a class opens the page, few in
// the long run.
type rate struct {
	mu   sync.Mutex
	left map[netip.Addr]*bucket
}

type bucket struct {
	requests float64
	at       time.Time
}

const (
	atFirst   = 500  // requests
	perSecond = 30   // in the long run
	addresses = 4096 // that are remembered
)

func (r *rate) allows(from netip.Addr, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left == nil || len(r.left) > addresses {
		r.left = map[netip.Addr]*bucket{}
	}
	b := r.left[from]
	if b == nil {
		b = &bucket{atFirst, now}
		r.left[from] = b
	}
	b.requests = min(b.requests+now.Sub(b.at).Seconds()*perSecond, atFirst)
	b.at = now
	if b.requests < 1 {
		return false
	}
	b.requests--
	return true
}
