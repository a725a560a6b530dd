//go:build linux && (amd64 || arm64)

package foreign

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/control"
	"fdlab/lab/trace"
)

// BenchmarkMemcached is a request of one of eight clients, to memcached with four workers:
// bare, watched by fdlab (and the kernel asked for the readiness of each fd), and under
// strace. The ratios count.
func BenchmarkMemcached(b *testing.B) {
	memcached, err := exec.LookPath("memcached")
	if err != nil {
		b.Skip("memcached is not installed")
	}
	args := func(port string) []string {
		return []string{memcached, "-u", "nobody", "-t", "4", "-l", "127.0.0.1", "-p", port}
	}
	command := func(b *testing.B, argv ...string) (end func()) {
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
	b.Run("bare", func(b *testing.B) {
		port := freePort(b)
		defer command(b, args(port)...)()
		load(b, port)
	})
	b.Run("fdlab", func(b *testing.B) {
		port := freePort(b)
		stop, err := trace.StreamOf("memcached", io.Discard, trace.Slots)
		if err != nil {
			b.Fatal(err)
		}
		null, _ := os.OpenFile(os.DevNull, os.O_RDWR, 0)
		defer null.Close()
		done := make(chan struct{})
		go func() {
			defer close(done)
			Launch(trace.Process(), new(control.Gate), Options{Args: args(port), Files: [3]*os.File{null, null, null}})
		}()
		load(b, port)
		stopProgram()
		<-done
		stop()
	})
	b.Run("strace", func(b *testing.B) {
		if _, err := exec.LookPath("strace"); err != nil {
			b.Skip("strace is not installed")
		}
		port := freePort(b)
		defer command(b, append([]string{"strace", "-f", "--seccomp-bpf", "-e", "trace=%desc,%network", "-o", os.DevNull}, args(port)...)...)()
		load(b, port)
	})
}

// load makes b.N requests on eight connections.
func load(b *testing.B, port string) {
	const clients = 8
	var conns [clients]net.Conn
	for i := range conns {
		for end := time.Now().Add(30 * time.Second); conns[i] == nil; time.Sleep(5 * time.Millisecond) {
			conns[i], _ = net.Dial("tcp", "127.0.0.1:"+port)
			if time.Now().After(end) {
				b.Fatal("memcached does not listen")
			}
		}
		defer conns[i].Close()
	}
	b.ResetTimer()
	var done sync.WaitGroup
	for i, c := range conns {
		done.Go(func() {
			answers := bufio.NewReader(c)
			for range (b.N + i) / clients {
				io.WriteString(c, "get a\r\n")
				if _, err := answers.ReadString('\n'); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	done.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}
