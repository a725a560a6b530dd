//go:build linux && (amd64 || arm64)

package foreign

import (
	"bufio"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/diagnosis"
	"fdlab/lab/skip"
	"fdlab/lab/trace"
)

// TestTheBrokenServersAreFoundOut: what docs/your-own-server.md says of the servers in
// docs/servers is so. Each answers its first client; then its mistake is met, and the
// warning that the page names is given, about the fd that it is about, and no other one.
func TestTheBrokenServersAreFoundOut(t *testing.T) {
	const folder = "../../docs/servers/"
	for _, s := range []struct {
		file string
		args func(t *testing.T) []string
		// meet meets the mistake. The first client has been answered.
		meet  func(c *guests)
		kind  diagnosis.Kind
		cause diagnosis.Cause
		who   int    // the client about whose fd it is
		in    string // the function that deals with it, or ""
	}{
		{"spin.c", func(t *testing.T) []string { return []string{compile(t, "../"+folder+"spin.c", "-O0")} },
			func(c *guests) { c.conns[0].Close() }, diagnosis.Spin, diagnosis.EndReadAgain, 0, "echo"},
		{"unread.py", func(t *testing.T) []string { return []string{have(t, "/usr/bin/python3"), folder + "unread.py"} },
			func(c *guests) {
				c.asks(1)
				c.says(2, "hello\n")
			}, diagnosis.NeverRead, 0, 2, ""},
		{"late.js", func(t *testing.T) []string { return []string{have(t, "node"), folder + "late.js"} },
			func(c *guests) {
				c.asks(1)
				c.says(0, "sign\n")
				c.until("it reads the line", func() bool { return c.reads(0) == 2 })
				c.says(1, "hello\n")
			}, diagnosis.Starve, diagnosis.NotWaited, 1, ""},
	} {
		t.Run(s.file, func(t *testing.T) {
			port := freePort(t)
			p := launch(t, Options{Args: append(s.args(t), port)})
			go io.Copy(io.Discard, p.out)
			go io.Copy(io.Discard, p.errors)
			c := &guests{traced: p, port: port}
			c.asks(0)
			p.warns(0, 0, "") // of nothing yet
			s.meet(c)
			w := p.warns(s.kind, s.cause, c.names[s.who])
			if w.FD.HandledIn != s.in {
				t.Errorf("it is handled in %q, want %q", w.FD.HandledIn, s.in)
			}
			unix.Kill(int(p.world.Threads[0].ID), unix.SIGKILL)
			p.wait()
		})
	}
}

// warns waits for a warning about an fd, and for none if the kind is 0. There may be no other
// one, but that an fd starves: on a busy machine a server may not run for as long.
func (p *traced) warns(kind diagnosis.Kind, cause diagnosis.Cause, name string) (w diagnosis.Finding) {
	p.t.Helper()
	p.until("it is warned of "+name, func() bool {
		found := kind == 0
		for _, f := range diagnosis.Warnings(nil, p.world, p.reader.Now()) {
			switch {
			case f.Kind == kind && f.Cause == cause && f.FD != nil && f.FD.Name() == name:
				w, found = f, true
			case f.Kind != diagnosis.Starve:
				p.t.Errorf("a warning of kind %d, cause %d: %+v; want kind %d, cause %d, of %s", f.Kind, f.Cause, f.FD, kind, cause, name)
			}
		}
		return found || p.t.Failed()
	})
	if w.FD == nil && kind != 0 {
		p.t.FailNow()
	}
	return w
}

// have returns the path of a program, or leaves the test out.
func have(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		skip.Missing(t, "%s is not installed", program)
	}
	path, err = filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// guests are the clients of a server that is traced.
type guests struct {
	*traced
	port  string
	conns []net.Conn
	names []string // their addresses: what the trace calls their fds
}

// come connects clients up to number n.
func (c *guests) come(n int) net.Conn {
	c.t.Helper()
	for len(c.conns) <= n {
		conn := dial(c.t, c.traced, c.port)
		c.t.Cleanup(func() { conn.Close() })
		c.conns, c.names = append(c.conns, conn), append(c.names, conn.LocalAddr().String())
	}
	return c.conns[n]
}

func (c *guests) says(n int, line string) { io.WriteString(c.come(n), line) }

// asks lets client n say a line, and hear it again.
func (c *guests) asks(n int) {
	c.t.Helper()
	c.says(n, "hello\n")
	conn := c.conns[n]
	conn.SetReadDeadline(time.Now().Add(60 * time.Second))
	if line, err := bufio.NewReader(conn).ReadString('\n'); line != "hello\n" {
		c.t.Fatalf("client %d was answered %q (%v)\n%s", n, line, err, c.tell(40))
	}
	c.read()
}

// reads counts the reads of client n's fd that took something.
func (c *guests) reads(n int) (count int) {
	for i := range c.records {
		r := &c.records[i]
		if r.Kind == trace.CallEnd && r.A > 0 && r.FD >= 0 && c.reader.String(r.Str) == "read" {
			if f := c.world.FDOnce(r.FD); f != nil && f.Name() == c.names[n] {
				count++
			}
		}
	}
	return count
}

// TestAnAcceptStormIsASpin: without a number for the next client accept(2) fails, the listener
// stays ready, and the loop goes round. That is said of the listener.
func TestAnAcceptStormIsASpin(t *testing.T) {
	port := freePort(t)
	program := compile(t, "../../../docs/servers/spin.c")
	// 0 to 2, the listener, the epoll instance, one client.
	p := launch(t, Options{Args: []string{"/bin/sh", "-c", "ulimit -n 6; exec " + program + " " + port}})
	go io.Copy(io.Discard, p.out)
	go io.Copy(io.Discard, p.errors)
	c := &guests{traced: p, port: port}
	c.asks(0)
	c.come(1)
	p.warns(diagnosis.Spin, diagnosis.NothingTaken, "listen 127.0.0.1:"+port)
	unix.Kill(int(p.world.Threads[0].ID), unix.SIGKILL)
	p.wait()
}
