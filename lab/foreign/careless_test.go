//go:build linux && (amd64 || arm64)

package foreign

import (
	"io"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/diagnosis"
	"fdlab/lab/world"
)

// TestWhatIsLeftBehindIsFoundOut: on edge-triggered epoll what is not taken is not told again;
// what is not closed stays. The same server gives no warning where it does neither.
func TestWhatIsLeftBehindIsFoundOut(t *testing.T) {
	const later = int64(11e9) // what was not used for so long will not be
	for _, s := range []struct {
		mode string
		meet func(c *guests)
		kind diagnosis.Kind
		in   int64 // how far from now the warning comes, if nothing more happens
		who  string
	}{
		{"good", func(c *guests) {
			for i := range 8 {
				c.asks(i)
			}
			for _, conn := range c.conns {
				conn.Close()
			}
		}, 0, later, ""},
		{"part", func(c *guests) { c.says(0, "hello\n") }, diagnosis.PartialDrain, 0, "client"},
		{"one", func(c *guests) {
			held := func() bool { return c.world.Held == 1 }
			c.gate.Close()
			c.come(0)
			c.until("the server is held with a client", held)
			c.come(2) // three wait when it looks, and it takes one
			c.gate.Release()
		}, diagnosis.PartialDrain, 0, "listener"},
		{"forget", func(c *guests) {
			c.asks(0)
			c.conns[0].Close()
			c.until("its end is read", func() bool { f := c.of(0); return f != nil && f.Ends.Now > 0 })
		}, diagnosis.Leak, later, "client"},
		{"open", func(c *guests) {
			for range 40 {
				c.asks(0)
			}
		}, diagnosis.Leak, later, ""},
	} {
		t.Run(s.mode, func(t *testing.T) {
			port := freePort(t)
			p := launch(t, Options{Args: []string{compile(t, "careless.c"), port, s.mode}})
			go io.Copy(io.Discard, p.out)
			go io.Copy(io.Discard, p.errors)
			c := &guests{traced: p, port: port}
			s.meet(c)
			p.until("the server waits, and the warning is given", func() bool {
				if len(p.world.Bases) == 0 || p.world.Bases[0].Phase != world.Waiting {
					return false
				}
				found := diagnosis.Warnings(nil, p.world, p.reader.Now()+s.in)
				if s.kind == 0 {
					open := 0
					for _, f := range p.world.FDs {
						if f.Closed == 0 && !f.Before {
							open++
						}
					}
					return open == 2 && len(found) == 0 // the listener and the epoll instance
				}
				return len(found) > 0 && found[0].Kind == s.kind
			})
			for _, w := range diagnosis.Warnings(nil, p.world, p.reader.Now()+s.in) {
				name := map[string]string{"client": "", "listener": "listen 127.0.0.1:" + port}[s.who]
				if s.who == "client" {
					name = c.names[0]
				}
				if w.Kind != s.kind && w.Kind != diagnosis.Starve || (w.FD != nil) != (s.who != "") || w.FD != nil && w.FD.Name() != name {
					t.Errorf("a warning of kind %d, %+v; want kind %d, of %q", w.Kind, w.FD, s.kind, name)
				}
			}
			unix.Kill(int(p.world.Threads[0].ID), unix.SIGKILL)
			p.wait()
		})
	}
}

// of returns client n's fd in the server.
func (c *guests) of(n int) *world.FD {
	for _, f := range c.world.FDs {
		if f.Name() == c.names[n] {
			return f
		}
	}
	return nil
}

// TestAnEdgeThatIsReadToItsEndIsNoPartialDrain, however much comes, and while it comes.
func TestAnEdgeThatIsReadToItsEndIsNoPartialDrain(t *testing.T) {
	port := freePort(t)
	p := launch(t, Options{Args: []string{compile(t, "careless.c"), port}})
	go io.Copy(io.Discard, p.out)
	go io.Copy(io.Discard, p.errors)
	c := &guests{traced: p, port: port}
	c.come(0)
	go io.Copy(io.Discard, c.conns[0])
	for end := time.Now().Add(time.Second); time.Now().Before(end); {
		c.says(0, "hello hello hello hello hello hello hello hello hello\n")
		p.read()
		for _, w := range diagnosis.Warnings(nil, p.world, p.reader.Now()) {
			if w.Kind == diagnosis.PartialDrain {
				t.Fatalf("a partial drain: %+v, %+v", w, w.FD)
			}
		}
	}
	unix.Kill(int(p.world.Threads[0].ID), unix.SIGKILL)
	p.wait()
}
