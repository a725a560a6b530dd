//go:build linux && (amd64 || arm64)

package foreign

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/control"
	"fdlab/lab/trace"
)

// clients is how many send requests at a time.
const clients = 8

// ways are those in which a program is watched, or not. Each begins to watch the command
// and returns what ends it. The ratios count.
var ways = []struct {
	name  string
	start func(b *testing.B, argv []string, serves func()) (end func())
}{
	{"bare", func(b *testing.B, argv []string, serves func()) func() { return command(b, argv...) }},
	{"fdlab", func(b *testing.B, argv []string, serves func()) func() {
		return command(b, append([]string{os.Args[0], tracesToNobody}, argv...)...)
	}},
	{"strace", func(b *testing.B, argv []string, serves func()) func() {
		if _, err := exec.LookPath("strace"); err != nil {
			b.Skip("strace is not installed")
		}
		return command(b, append([]string{"strace", "-f", "--seccomp-bpf", "-e", "trace=%desc,%network", "-o", os.DevNull}, argv...)...)
	}},
	{"attached", func(b *testing.B, argv []string, serves func()) func() {
		end, letGo := attached(b, argv, serves)
		return func() { letGo(); end() }
	}},
	{"let go again", func(b *testing.B, argv []string, serves func()) func() {
		end, letGo := attached(b, argv, serves)
		letGo()
		return end
	}},
}

// BenchmarkMemcached is a request of one of eight clients to memcached with four workers, as fast
// as it answers: bare, watched by fdlab (and the kernel asked for the readiness of each fd),
// under strace, and after fdlab has let it go.
func BenchmarkMemcached(b *testing.B) {
	memcached(b, func(b *testing.B, conns []*client) {
		var done sync.WaitGroup
		for i, c := range conns {
			done.Go(func() {
				for range (b.N + i) / clients {
					c.ask(b)
				}
			})
		}
		done.Wait()
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
	})
}

// BenchmarkPaced is the same at 2,000 requests in a second: how long half of them take at most.
// A request that is not answered fails it.
func BenchmarkPaced(b *testing.B) {
	const each = time.Second / 2000
	memcached(b, func(b *testing.B, conns []*client) {
		took := make([]time.Duration, b.N)
		began := time.Now()
		var done sync.WaitGroup
		for i, c := range conns {
			done.Go(func() {
				for n := i; n < b.N; n += clients {
					due := began.Add(time.Duration(n) * each)
					time.Sleep(time.Until(due)) // the pace itself: there is nothing else to wait for
					asked := time.Now()
					c.ask(b)
					took[n] = time.Since(asked)
				}
			})
		}
		done.Wait()
		slices.Sort(took)
		b.ReportMetric(float64(took[b.N/2].Microseconds()), "p50-µs")
		b.ReportMetric(float64(took[b.N*99/100].Microseconds()), "p99-µs")
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
	})
}

// BenchmarkCallNotFollowed is a system call that is of no fd: bare, and in a program that fdlab
// has started.
func BenchmarkCallNotFollowed(b *testing.B) {
	path := compile(b, "untraced.c")
	report := func(b *testing.B, out io.Reader) {
		said, err := bufio.NewReader(out).ReadString('\n')
		each, err2 := strconv.ParseFloat(strings.TrimSpace(said), 64)
		if err != nil || err2 != nil {
			b.Fatal(err, err2)
		}
		b.ReportMetric(each, "ns/call")
		b.ReportMetric(0, "ns/op")
	}
	b.Run("bare", func(b *testing.B) {
		said, err := exec.Command(path).Output()
		if err != nil {
			b.Fatal(err)
		}
		report(b, strings.NewReader(string(said)))
	})
	b.Run("fdlab", func(b *testing.B) {
		r, w, err := os.Pipe()
		if err != nil {
			b.Fatal(err)
		}
		defer r.Close()
		traceToNobody(b, func(rec *trace.Recorder) (Exit, error) {
			defer w.Close()
			return Launch(rec, new(control.Gate), Options{Args: []string{path}, Files: [3]*os.File{nil, w, w}})
		}, func() { report(b, r) })
	})
}

// memcached runs a load on a server in each of the ways.
func memcached(b *testing.B, load func(b *testing.B, conns []*client)) {
	path, err := exec.LookPath("memcached")
	if err != nil {
		b.Skip("memcached is not installed")
	}
	for _, way := range ways {
		b.Run(way.name, func(b *testing.B) {
			port := freePort(b)
			serves := func() { dial(b, nil, port).Close() }
			end := way.start(b, []string{path, "-u", "nobody", "-t", "4", "-l", "127.0.0.1", "-p", port}, serves)
			defer end()
			var conns []*client
			for range clients {
				c := dial(b, nil, port)
				defer c.Close()
				conns = append(conns, &client{Conn: c, answers: bufio.NewReader(c)})
			}
			b.ResetTimer()
			load(b, conns)
			b.StopTimer()
		})
	}
}

// client asks one question at a time.
type client struct {
	net.Conn
	answers *bufio.Reader
}

func (c *client) ask(b *testing.B) {
	io.WriteString(c, "get a\r\n")
	if _, err := c.answers.ReadString('\n'); err != nil {
		b.Error(err)
	}
}

// command runs a program that nobody of us traces. end ends it.
func command(b *testing.B, argv ...string) (end func()) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.SysProcAttr = &unix.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	return func() {
		unix.Kill(-cmd.Process.Pid, unix.SIGTERM)
		cmd.Wait()
	}
}

// tracesToNobody, and a command, are the arguments of this program as a tracer: a process of its own, as the
// tracer is in fdlab, so that it shares no goroutine's turn with those who send the requests.
const tracesToNobody = "trace to nobody:"

// traceCommand is that program.
func traceCommand(argv []string) {
	stop, err := trace.StreamOf("bench", io.Discard, trace.Slots)
	if err == nil {
		_, err = Launch(trace.Process(), new(control.Gate), Options{Args: argv, Files: [3]*os.File{os.Stdin, os.Stdout, os.Stderr}})
		stop()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// attached starts a program and, when it serves, traces it. letGo ends only that.
func attached(b *testing.B, argv []string, serves func()) (end, letGo func()) {
	cmd := exec.Command(argv[0], argv[1:]...)
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	serves()
	finish, over := make(chan struct{}), make(chan struct{})
	seized := make(chan struct{})
	go func() {
		defer close(over)
		traceToNobody(b, func(rec *trace.Recorder) (Exit, error) {
			close(seized)
			return Attach(rec, new(control.Gate), cmd.Process.Pid, Options{}, finish)
		}, func() { <-finish })
	}()
	<-seized
	return func() {
			cmd.Process.Signal(unix.SIGTERM)
			cmd.Wait()
		}, func() {
			close(finish)
			<-over
		}
}

// traceToNobody lets do trace, while meanwhile goes on; the records are written, and nobody reads
// them.
func traceToNobody(b *testing.B, do func(rec *trace.Recorder) (Exit, error), meanwhile func()) {
	stop, err := trace.StreamOf("bench", io.Discard, trace.Slots)
	if err != nil {
		b.Error(err)
		return
	}
	defer stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if _, err := do(trace.Process()); err != nil && !errors.Is(err, ErrDetached) {
			b.Error(err)
		}
	}()
	meanwhile()
	<-done
}
