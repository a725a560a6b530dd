//go:build linux && (amd64 || arm64)

package foreign

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/diagnosis"
	"fdlab/lab/skip"
)

// echoes is the argument that makes this test an echo server: a program in Go.
const echoes = "echo="

func echo(addr string) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for {
		c, err := l.Accept()
		if err != nil {
			os.Exit(1)
		}
		go func() {
			defer c.Close()
			io.Copy(struct{ io.Writer }{c}, struct{ io.Reader }{c}) // by read and write, not by splice
		}()
	}
}

const asyncio = `
import asyncio, sys
async def serve(r, w):
    while line := await r.readline():
        w.write(line)
        await w.drain()
    w.close()
async def main():
    s = await asyncio.start_server(serve, '127.0.0.1', int(sys.argv[1]))
    async with s:
        await s.serve_forever()
asyncio.run(main())
`

const node = `
require('net').createServer(c => {
  c.on('data', d => c.write(d))
  c.on('error', () => {})
}).listen(process.argv[1], '127.0.0.1')
`

const nginx = `
daemon off; master_process %[3]s; worker_processes 2; pid %[1]s/pid; error_log %[1]s/log;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
  server { listen 127.0.0.1:%[2]s; location / { return 200 "ok\n"; } }
}
`

// TestServersHaveNoFalseWarnings: real servers, each on another loop, answer a bounded
// load while they are watched. What they do is sound, so no warning may be given; each
// answer that a client has is in the trace; and a wait that has begun has ended.
func TestServersHaveNoFalseWarnings(t *testing.T) {
	const echoed, ok = "hello\n", "ok\n"
	nginxWith := func(master string) func(port string) []string {
		return func(port string) []string {
			dir := t.TempDir()
			os.Chmod(dir, 0o755) // its workers are another user's, if this test is root's
			conf := filepath.Join(dir, "conf")
			os.WriteFile(conf, fmt.Appendf(nil, nginx, dir, port, master), 0o600)
			return []string{"-c", conf}
		}
	}
	for _, s := range []struct {
		name, program string
		args          func(port string) []string
		ask, answer   string
	}{
		{"memcached", "memcached", func(port string) []string {
			return []string{"-u", "nobody", "-t", "4", "-l", "127.0.0.1", "-p", port}
		}, "get a\r\n", "END\r\n"},
		{"redis", "redis-server", func(port string) []string {
			return []string{"--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no", "--daemonize", "no"}
		}, "PING\r\n", "+PONG\r\n"},
		{"nginx", "nginx", nginxWith("off"), "GET / HTTP/1.1\r\nHost: a\r\n\r\n", ok},
		{"nginx with workers", "nginx", nginxWith("on"), "GET / HTTP/1.1\r\nHost: a\r\n\r\n", ok},
		{"Go", "/proc/self/exe", func(port string) []string {
			return []string{echoes + "127.0.0.1:" + port}
		}, echoed, echoed},
		{"asyncio", "/usr/bin/python3", func(port string) []string { return []string{"-c", asyncio, port} }, echoed, echoed},
		{"Node", "node", func(port string) []string { return []string{"-e", node, port} }, echoed, echoed},
	} {
		t.Run(s.name, func(t *testing.T) {
			path, err := exec.LookPath(s.program)
			if err != nil {
				skip.Missing(t, "%s is not installed", s.program)
			}
			port := freePort(t)
			p := launch(t, Options{Args: append([]string{path}, s.args(port)...)})
			go io.Copy(io.Discard, p.out)
			go io.Copy(io.Discard, p.errors)
			warnings := map[string]bool{}
			lookAt := func(now int64, only diagnosis.Kind) {
				for _, world := range p.worlds() {
					for _, w := range diagnosis.Warnings(nil, world, now) {
						if only != 0 && w.Kind != only {
							continue
						}
						name := ""
						if w.FD != nil {
							name = fmt.Sprintf("fd %d %s", w.FD.Number, w.FD.Name())
						}
						warnings[fmt.Sprintf("kind %d, cause %d, %s", w.Kind, w.Cause, name)] = true
					}
				}
			}
			look := func() { lookAt(p.reader.Now(), 0) }
			const clients, rounds = 5, 60
			conns := make([]net.Conn, clients)
			answers := make([]*bufio.Reader, clients)
			for i := range conns {
				conns[i] = dial(t, p, port)
				answers[i] = bufio.NewReader(conns[i])
			}
			for range rounds {
				for _, c := range conns {
					io.WriteString(c, s.ask)
				}
				for _, r := range answers {
					for got := ""; got != s.answer; {
						if got, err = r.ReadString('\n'); err != nil {
							t.Fatalf("no answer: %v\n%s", err, p.tell(40))
						}
					}
				}
				p.read()
				look()
			}
			taken := 0
			for _, world := range p.worlds() {
				for _, f := range world.FDs {
					if strings.HasPrefix(f.Name(), "127.0.0.1:") {
						taken += int(f.BytesIn)
					}
				}
			}
			if asked := clients * rounds * len(s.ask); taken != asked {
				t.Errorf("%d bytes were asked, and %d seen to be read", asked, taken)
			}
			for _, c := range conns {
				c.Close()
			}
			p.until("the clients' fds are closed", func() bool {
				look()
				n := 0
				for _, world := range p.worlds() {
					for _, f := range world.FDs {
						if f.Closed == 0 && strings.HasPrefix(f.Name(), "127.0.0.1:") {
							n++
						}
					}
				}
				return n == 0
			})
			lookAt(p.reader.Now()+int64(11e9), diagnosis.Leak) // what is not used by now will not be
			unix.Kill(int(p.world.Threads[0].ID), unix.SIGTERM)
			p.wait()
			for w := range warnings {
				t.Errorf("a false warning: %s", w)
			}
			if p.reader.Lost() > 0 {
				t.Errorf("%d records were lost", p.reader.Lost())
			}
		})
	}
}

func freePort(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// dial connects as soon as the server listens. p is what watches it, or nil.
func dial(t testing.TB, p *traced, port string) net.Conn {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			c.SetDeadline(time.Now().Add(60 * time.Second))
			return c
		}
		told := ""
		if p != nil {
			p.read()
			told = p.tell(40)
		}
		if time.Now().After(end) {
			t.Fatalf("it does not listen: %v\n%s", err, told)
		}
	}
}
