package main

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"fdlab/lab/control"
	"fdlab/lab/event"
	"fdlab/lab/experiment/lessontest"
	"fdlab/lab/trace"
)

func TestTheLessonAlone(t *testing.T) {
	t.Parallel()
	for _, backend := range event.Backends() {
		t.Run(backend, func(t *testing.T) {
			t.Parallel()
			account, status := lessontest.Run(t, "", "-backend", backend)
			lessontest.Says(t, account, "step 5 of 5: out of file descriptors", "answered: 300 lines of 300",
				"answer to Predict: b", "verdict: false.")
			if status != 0 || strings.Contains(account, "failed:") || strings.Contains(account, "\x1b") {
				t.Errorf("status %d, the account:\n%s", status, account)
			}
		})
	}
}

func TestAnswerAndVerdictFollowFromWhatHappens(t *testing.T) {
	for name, words := range map[string][]string{
		"one after the other":  {"failed: 100 clients are connected", "answer to Predict: b", "verdict: true."},
		"nobody listens":       {"failed: sleep: ", "answer to Predict: a", "verdict: false."},
		"a backlog of one":     {"failed: sleep: ", "answer to Predict: c", "verdict: false."},
		"accepts all at once":  {"failed: sleep: clients 2, 3 and 4 are accepted after 1, 1 and 1 sleeps", "answer to Predict: d"},
		"reads again":          {"failed: one read: while client 1", "failed: one read: second lines", "verdict: false."},
		"forgets the rest":     {"failed: when it reads again, it gets all"},
		"ignores end of file":  {"failed: an end of file", "failed: a reset"},
		"no pause without fds": {"failed: out of fds: with a pause it waits"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			account, status := lessontest.Run(t, name, "-nowait")
			lessontest.Says(t, account, words...)
			if status != 0 {
				t.Errorf("status %d", status)
			}
		})
	}
}

func TestTheTraceShowsIt(t *testing.T) {
	t.Parallel()
	p := lessontest.Record(t, lessontest.Command(t, ""))
	account, status := p.End()
	lessontest.Says(t, account, "verdict: false.")
	var slept, listening bool
	var backlog int64
	for _, r := range p.Records {
		switch r.Kind {
		case trace.Step:
			slept = r.A == 2
		case trace.Socket:
			listening = listening || r.D > 0
			if slept {
				backlog = max(backlog, r.C)
			}
		}
	}
	if status != 0 || listening && backlog < 3 {
		t.Errorf("status %d, longest backlog in step 2: %d", status, backlog)
	}
	if left := p.OpenFDs(); len(left) > 0 {
		t.Errorf("fds %v were left open", left)
	}
}

func TestHeldAndPoked(t *testing.T) {
	t.Parallel()
	p := lessontest.Record(t, lessontest.Command(t, ""))
	p.Await("clients 2, 3 and 4 are connected")
	p.Send(control.Hold)
	p.Key('c')
	p.Send(control.Step)
	p.Send(control.Release)
	account, status := p.End()
	lessontest.Says(t, account, `you: yours 1 connects and says "hello\n"`, "answered: 300 lines of 300", "verdict: false.")
	if status != 0 {
		t.Errorf("status %d", status)
	}
}

var address = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// stay starts the interactive mode.
func stay(t *testing.T, args ...string) (p *lessontest.Alive, to string) {
	t.Helper()
	p = lessontest.Start(t, lessontest.Command(t, "", append(args, "-interactive")...))
	to = address.FindString(p.Await("From another terminal"))
	p.Await("type a key")
	return p, to
}

// comes is somebody with a telnet.
func comes(t *testing.T, to string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp4", to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.(*net.TCPConn)
}

func echoes(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	io.WriteString(conn, text)
	heard, err := bufio.NewReaderSize(conn, 1).ReadString('\n')
	if heard != text {
		t.Fatalf("said %q, heard %q (%v)", text, heard, err)
	}
}

func end(t *testing.T, p *lessontest.Alive) {
	t.Helper()
	p.Cmd.Process.Signal(syscall.SIGINT)
	account, status := p.End()
	lessontest.Says(t, account, "stopped by interrupt; cleaned up")
	if status != 130 || strings.Contains(account, "\x1b") {
		t.Errorf("status %d, %q", status, account)
	}
}

func TestGuestsOfAllSorts(t *testing.T) {
	t.Parallel()
	p, to := stay(t)
	comes(t, to) // says nothing
	polite := comes(t, to)
	echoes(t, polite, "hello\n")
	echoes(t, comes(t, to), "\x1b[2J\x07\n")
	p.Await(`says "\x1b[2J\a\n"`)

	rude := comes(t, to)
	echoes(t, rude, "bye\n")
	rude.SetLinger(0)
	rude.Close()
	p.Await("connection reset by peer")
	echoes(t, polite, "still here\n")

	// 8 MiB, and only then does it read: neither side may run out of patience.
	big := comes(t, to)
	mib := bytes.Repeat([]byte("0123456789abcdef"), 8<<16)
	sent := make(chan error, 1)
	go func() { _, err := big.Write(mib); big.CloseWrite(); sent <- err }()
	echoes(t, polite, "and still\n")
	got, err := io.ReadAll(big)
	if err != nil || <-sent != nil || !bytes.Equal(got, mib) {
		t.Errorf("sent %d bytes, got %d back (%v)", len(mib), len(got), err)
	}
	end(t, p)
}

func TestTheSleepIsSwitchedWhileItRuns(t *testing.T) {
	t.Parallel()
	p, to := stay(t, "-sleep", "2s")
	one := comes(t, to)
	echoes(t, one, "hello\n")
	p.Key('s')
	p.Await("the sleep in the accept callback: on, 2.00 s")
	two := comes(t, to) // the kernel connects it at once
	began := time.Now()
	echoes(t, two, "hello\n") // a lower bound: no busy machine makes it shorter
	if took := time.Since(began); took < time.Second {
		t.Errorf("with a sleep of 2 s the answer came after %v", took)
	}
	p.Key('s')
	p.Await("the sleep in the accept callback: off")
	echoes(t, comes(t, to), "hello\n")
	end(t, p)
}

func TestKeys(t *testing.T) {
	t.Parallel()
	p, _ := stay(t)
	p.Key('c')
	p.Await("yours 1 has heard 6 bytes")
	p.Key('e')
	p.Await("yours 2 has heard")
	p.Key('x')
	p.Await("yours 3: connection reset by peer")
	p.Key('b')
	p.Await("yours 4 has heard 1,048,576 bytes")
	end(t, p)
}

// limited runs the lesson where only so many files may be open.
func limited(t *testing.T, n string, args ...string) *lessontest.Alive {
	t.Helper()
	cmd := lessontest.Command(t, "", args...)
	cmd.Args = append([]string{"sh", "-c", `ulimit -n ` + n + `; exec "$0" "$@"`, cmd.Path}, args...)
	cmd.Path = "/bin/sh"
	return lessontest.Start(t, cmd)
}

func TestFewFilesMayBeOpen(t *testing.T) {
	t.Parallel()
	account, status := limited(t, "64").End()
	lessontest.Says(t, account, "only 64 files may be open (ulimit -n): 12 clients instead of 100",
		"answered: 36 lines of 36", "answer to Predict: b", "verdict: false.")
	if status != 0 || strings.Contains(account, "failed:") {
		t.Errorf("status %d, the account:\n%s", status, account)
	}
	account, status = limited(t, "45").End()
	lessontest.Says(t, account, "nly 45 files may be open", "ulimit -n 256", "could not be judged")
	if status != 3 {
		t.Errorf("status %d", status)
	}
}

func TestGuestsTakeAllFDs(t *testing.T) {
	t.Parallel()
	p := limited(t, "32", "-interactive")
	to := address.FindString(p.Await("From another terminal"))
	p.Await("type a key")
	var guests []*net.TCPConn
	for range 40 { // the kernel connects them all; not all can be accepted
		guests = append(guests, comes(t, to))
	}
	last := guests[len(guests)-1]
	io.WriteString(last, "hello\n")
	echoes(t, guests[0], "hello\n") // the others are served meanwhile
	for _, g := range guests[:39] {
		g.Close()
	}
	if line, err := bufio.NewReader(last).ReadString('\n'); line != "hello\n" {
		t.Errorf("the last one heard %q (%v)", line, err)
	}
	end(t, p)
}

func TestATakenPort(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp4", "127.0.0.1:9877")
	if err == nil {
		defer taken.Close()
	} // else somebody else has it: as good
	account, status := lessontest.Run(t, "", "-nowait")
	lessontest.Says(t, account, "port 9877 cannot be used (EADDRINUSE): the server listens on", "verdict: false.")
	if status != 0 {
		t.Errorf("status %d", status)
	}
}

func TestFlags(t *testing.T) {
	account, status := lessontest.Run(t, "", "-interactive", "-sleep", "long")
	lessontest.Says(t, account, `"long"`, "not a time from 1ms to 1m, like 10s")
	if status != 2 {
		t.Errorf("status %d", status)
	}
}

func TestInterruptedInTheMiddle(t *testing.T) {
	for step, word := range map[string]string{
		"asleep": "clients 2, 3 and 4 are connected", "in read(2)": "client 1 says nothing", "without fds": "no pause: accept",
	} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			p := lessontest.Record(t, lessontest.Command(t, ""))
			p.Await(word)
			p.Cmd.Process.Signal(syscall.SIGINT)
			account, status := p.End()
			lessontest.Says(t, account, "stopped by interrupt; cleaned up")
			if left := p.OpenFDs(); status != 130 || len(left) > 0 {
				t.Errorf("status %d, fds %v were left open", status, left)
			}
		})
	}
}

// TestTheRunComesToItsMoments: each that the README has words for.
func TestTheRunComesToItsMoments(t *testing.T) { lessontest.Moments(t) }

// TestWhatToTryByHandIsTickedOff, each by doing it.
func TestWhatToTryByHandIsTickedOff(t *testing.T) {
	lessontest.Tries(t,
		lessontest.Hand{Args: "-sleep=2s", Does: "s c c"},
		lessontest.Hand{Does: "b"},
		lessontest.Hand{Does: "x"},
	)
}
