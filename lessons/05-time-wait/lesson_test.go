package main

import (
	"bytes"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/experiment"
	"fdlab/lab/experiment/lessontest"
	"fdlab/lab/experiment/tcpstate"
	"fdlab/lab/kernel"
	"fdlab/lab/sys"
	"fdlab/lab/trace"
)

// broken says how a program differs: who closes in the steps "client first"
// and "server first", whose TIME_WAIT is taken for that of a server that closed
// first, and which sockets have SO_REUSEADDR whatever the table says.
type broken struct {
	first, second func(*experiment.X, *tcpstate.Conn) turns
	pretend       bool // it says that the server has closed first
	always        *option
	portIsFree    bool // bind succeeds, so nothing goes wrong when nobody looks
}

var on, off = reuse, plain

var programs = map[string]broken{
	"the client always closes first":  {first: clientFirst, second: clientFirst},
	"it is always the client":         {first: clientFirst, second: clientFirst, pretend: true},
	"the server always closes first":  {first: serverFirst, second: serverFirst, always: &on},
	"the claim holds":                 {first: clientFirst, second: clientFirst, pretend: true, always: &off},
	"nobody sets SO_REUSEADDR":        {first: clientFirst, second: serverFirst, always: &off},
	"everybody sets SO_REUSEADDR":     {first: clientFirst, second: serverFirst, always: &on},
	"the second connection is reset":  {first: clientFirst, second: resets},
	"the second is closed at once":    {first: clientFirst, second: together, pretend: true},
	"the server does not close":       {first: clientFirst, second: neverClosed, pretend: true},
	"the port of the server was free": {first: clientFirst, second: serverFirst, portIsFree: true},
}

func clientFirst(x *experiment.X, c *tcpstate.Conn) turns {
	return closeInTurn(x, c, c.Client, c.Server)
}

func serverFirst(x *experiment.X, c *tcpstate.Conn) turns {
	return closeInTurn(x, c, c.Server, c.Client)
}

func resets(x *experiment.X, c *tcpstate.Conn) turns {
	sys.SetLinger(c.Server.FD, 0)
	return serverFirst(x, c)
}

func neverClosed(x *experiment.X, c *tcpstate.Conn) turns {
	return turns{"client", endOne(x, c, "close", c.Client.Close)}
}

func together(x *experiment.X, c *tcpstate.Conn) turns {
	x.Must("hold", c.HoldFINs(2*time.Second)) // a busy machine has time to do both
	x.Must("close", c.Client.Close())
	x.Must("close", c.Server.Close())
	return turns{"client", c.Settle()}
}

func (b broken) run(x *experiment.X) {
	var s seen
	offer(x)
	lo := listen(x)
	x.Step(1)
	s.clientFirst = b.first(x, lo.connect(reuse))
	s.serverFirst = b.second(x, lo.connect(reuse))
	if b.pretend {
		s.serverFirst.first = "server"
	}
	for _, old := range []option{plain, reuse} {
		for _, new := range []option{plain, reuse} {
			o, n := old, new
			if b.always != nil {
				o, n = *b.always, *b.always
			}
			a := again(lo, o, n)
			a.old, a.new = old, new
			s.again = append(s.again, a)
		}
	}
	if b.portIsFree {
		s.again[0].port = x.FreePort()
	}
	s.bindIgnored(x)
	judge(x, &s)
}

func TestMain(m *testing.M) {
	all := map[string]func(){"": main}
	for name, b := range programs {
		all[name] = func() {
			experiment.Main(experiment.Lesson{
				Name: "05-broken", Steps: []string{"all"}, Keys: keys, Flags: flags, Run: b.run,
			})
		}
	}
	lessontest.Lesson(m, all)
}

// linuxOnly: elsewhere the kernel does not show its table, and the lesson says
// so instead of running.
func linuxOnly(t *testing.T) {
	if _, err := kernel.Connections(1); err == nil {
		return
	}
	out, status := lessontest.Run(t, "")
	lessontest.Expect(t, out, status, 3, "not available here", "could not be judged")
	t.Skip("the rest needs the kernel's table of connections")
}

// withTimestamps is what connecting again gives on this machine.
func withTimestamps() string {
	if on, err := timestamps(); err == nil && !on {
		return "connect again from the same port, TCP timestamps off: EADDRNOTAVAIL"
	}
	return "connect again from the same port, TCP timestamps on: connected"
}

func TestTheLessonAlone(t *testing.T) {
	linuxOnly(t)
	t.Parallel()
	out, status := lessontest.Run(t, "")
	lessontest.Expect(t, out, status, 0,
		"step 1 of 7: client first", "step 7 of 7: bind ignored",
		"server reads: end of file", "server reads: ECONNRESET",
		"passed: step 1: the client closes first: in TIME_WAIT: client",
		"passed: step 2: the server closes first: in TIME_WAIT: server",
		"passed: both close at once: in TIME_WAIT: both",
		"passed: a reset: in TIME_WAIT: nobody",
		"client FIN_WAIT2, the kernel counts down", "CLOSE_WAIT, no timer",
		"passed: old SO_REUSEADDR, new SO_REUSEADDR: client's port bound, server's port bound",
		"passed: old SO_REUSEADDR, new plain: client's port EADDRINUSE",
		"passed: "+withTimestamps(), "passed: bind ignored: bind EADDRINUSE, listen no error",
		"not judged (nobody waited for that long: run it with -minute", "answer to Predict: b", "verdict: half true.")
	if strings.Contains(out, "failed:") {
		t.Errorf("a check failed:\n%s", out)
	}
}

func TestAnswerAndVerdictFollowFromWhatHappens(t *testing.T) {
	linuxOnly(t)
	for name, words := range map[string][]string{
		"the client always closes first": {"failed: step 2: the client closes first: in TIME_WAIT: client", "verdict: half true. In TIME_WAIT: client first: client; client first: client."},
		"it is always the client":        {"failed: step 2: the server closes first: in TIME_WAIT: client", "answer to Predict: a", "verdict: half true."},
		"the server always closes first": {"failed: step 1: the server closes first: in TIME_WAIT: server", "answer to Predict: b", "verdict: false."},
		"the claim holds":                {"answer to Predict: a", "verdict: true.", "with SO_REUSEADDR: refused"},
		"nobody sets SO_REUSEADDR":       {"failed: old SO_REUSEADDR, new SO_REUSEADDR: client's port EADDRINUSE", "with SO_REUSEADDR: refused"},
		"everybody sets SO_REUSEADDR":    {"failed: old plain, new plain: client's port bound", "plain sockets: reused at once"},
		"the second connection is reset": {"failed: step 2: the server closes first: in TIME_WAIT: nobody", "answer to Predict: d"},
		"the second is closed at once":   {"failed: step 2: the server closes first: in TIME_WAIT: both", "answer to Predict: c"},
		"the server does not close":      {"failed: step 2: the server closes first: in TIME_WAIT: nobody", "answer to Predict: d"},
		"the port of the server was free": {
			"failed: bind ignored: bind bound", "passed: step 2: the server closes first: in TIME_WAIT: server", "answer to Predict: b", "half true."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, status := lessontest.Run(t, name, "-nowait")
			lessontest.Expect(t, out, status, 0, words...)
		})
	}
}

func TestFlags(t *testing.T) {
	for _, c := range []struct {
		args   string
		status int
		words  []string
	}{
		{"-list", 0, []string{"1 client first", "6 the same port again", "m wait the whole minute"}},
		{"-h", 0, []string{"-minute", "-interactive", "-json"}},
		{"-minutes", 2, []string{"flag provided but not defined: -minutes"}},
	} {
		t.Run(c.args, func(t *testing.T) {
			out, status := lessontest.Run(t, "", strings.Fields(c.args)...)
			lessontest.Expect(t, out, status, c.status, c.words...)
		})
	}
}

func TestTheTraceFollowsBothEndsToTimeWait(t *testing.T) {
	linuxOnly(t)
	t.Parallel()
	cmd := lessontest.Command(t, "", "-json", "-nowait")
	var out, account bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &account
	cmd.Run()
	lessontest.Expect(t, account.String(), cmd.ProcessState.ExitCode(), 0, "verdict: half true.")
	rec, err := trace.ReadRecording(&out)
	if err != nil {
		t.Fatal(err)
	}
	// The first connection's client: each of its states, in the order of the
	// diagram. FIN_WAIT1 may pass unseen.
	rank := map[int64]int{1: 1, 4: 2, 5: 3, 6: 4}
	var ports, last int64
	seen := map[int64]trace.Record{}
	for _, r := range rec.Records {
		if r.Kind != trace.Endpoint || rec.String(r.Str) != "client" {
			continue
		}
		if ports == 0 {
			ports = r.B
		}
		if r.B != ports {
			continue
		}
		if rank[r.A] < rank[last] {
			t.Errorf("from state %d back to %d", last, r.A)
		}
		last, seen[r.A] = r.A, r
	}
	if seen[1].FD < 0 || seen[1].C != -1 {
		t.Errorf("ESTABLISHED: fd %d, timer %d; want an fd and no timer", seen[1].FD, seen[1].C)
	}
	for _, code := range []int64{5, 6} {
		r := seen[code]
		if r.Kind != trace.Endpoint || r.FD != trace.NoFD || r.C < int64(30*time.Second) || r.D != int64(kernel.TimeWaitTimer) {
			t.Errorf("state %d: %+v; want no fd and the kernel's countdown", code, r)
		}
	}
}

func TestATakenPort(t *testing.T) {
	linuxOnly(t)
	fd, err := sys.ListenTCP(9877, 1, "")
	if err != nil && err != unix.EADDRINUSE { // another lesson's test has it
		t.Fatal(err)
	}
	if err == nil {
		defer sys.Close(fd)
	}
	out, status := lessontest.Run(t, "the server always closes first", "-nowait")
	words := []string{"verdict: false."}
	if err == nil {
		words = append(words, "port 9877 cannot be used (EADDRINUSE): the server listens on")
	}
	lessontest.Expect(t, out, status, 0, words...)
}

// interrupt ends a lesson as Ctrl-C does.
func interrupt(t *testing.T, a *lessontest.Alive) {
	t.Helper()
	a.Cmd.Process.Signal(syscall.SIGINT)
	out, status := a.End()
	lessontest.Expect(t, out, status, 130, "stopped by interrupt; cleaned up")
}

func TestInteractive(t *testing.T) {
	linuxOnly(t)
	t.Parallel()
	l := lessontest.Start(t, lessontest.Command(t, "", "-interactive"))
	press := func(key rune, word string) {
		t.Helper()
		l.Key(key)
		l.Await(word)
	}
	l.Await("key m: ask the kernel for both ends") // nobody waits for a minute here
	l.Await("connected from port")
	press('c', "client calls close: client FIN_WAIT2")
	press('c', "client has closed already")
	press('f', "the next client's socket: plain")
	press('d', "EADDRINUSE")
	press('s', "server calls close: client TIME_WAIT")
	press('m', "client TIME_WAIT")
	press('d', "EADDRINUSE")
	row := func(name, plain, reuse string) {
		t.Helper()
		line := l.Await("  client, SO_REUSEADDR")
		if got := strings.Join(strings.Fields(line), " "); got != name+" "+plain+" "+reuse {
			t.Errorf("the table says %q, want %q", got, name+" "+plain+" "+reuse)
		}
	}
	row("client, SO_REUSEADDR", "EADDRINUSE", "not tried")
	press('f', "the next client's socket: SO_REUSEADDR")
	if on, err := timestamps(); err == nil && on {
		press('d', "connected again")
		row("client, SO_REUSEADDR", "EADDRINUSE", "connected")
		press('x', "client calls close: client gone, server gone")
		press('d', "connected again")
		press('s', "server calls close: client CLOSE_WAIT, server FIN_WAIT2")
	}
	interrupt(t, l)
}

func TestInterruptedInTheMiddle(t *testing.T) {
	linuxOnly(t)
	t.Parallel()
	l := lessontest.Start(t, lessontest.Command(t, ""))
	l.Await("client calls close: client FIN_WAIT2")
	interrupt(t, l)
}

func TestTheMinuteCanBeInterrupted(t *testing.T) {
	linuxOnly(t)
	t.Parallel()
	l := lessontest.Start(t, lessontest.Command(t, "", "-minute", "-nowait"))
	l.Await("waiting until the client's port")
	l.Await("s left")
	interrupt(t, l)
}

func TestBar(t *testing.T) {
	for left, want := range map[time.Duration]string{
		90 * time.Second: "[..............................]",
		60 * time.Second: "[..............................]",
		30 * time.Second: "[###############...............]",
		0:                "[##############################]",
	} {
		if got := bar(kernel.Connection{Expires: left}); got != want {
			t.Errorf("%v left: %s; want %s", left, got, want)
		}
	}
}

// TestWhoMustSetItWhen: the new socket needs SO_REUSEADDR before its bind, the
// old one at any time before it is in TIME_WAIT.
func TestWhoMustSetItWhen(t *testing.T) {
	linuxOnly(t)
	t.Parallel()
	sets := func(fd int) {
		if err := sys.SetReuseAddr(fd, true); err != nil {
			t.Error(err)
		}
	}
	nothing := func(int) {}
	for name, c := range map[string]struct {
		bound, connected, shut func(fd int) // what the old socket does then
		late                   bool         // the new socket sets it after its bind
		want                   error
	}{
		"the old one never":                    {nothing, nothing, nothing, false, unix.EADDRINUSE},
		"the old one after its bind":           {sets, nothing, nothing, false, nil},
		"the old one when it is connected":     {nothing, sets, nothing, false, nil},
		"the old one when it has sent its FIN": {nothing, nothing, sets, false, nil},
		"the new one after its bind":           {sets, nothing, nothing, true, unix.EADDRINUSE},
	} {
		t.Run(name, func(t *testing.T) {
			listener, err := sys.ListenTCP(0, 5, "listener")
			check(t, err)
			defer sys.Close(listener)
			server, err := sys.Getsockname(listener)
			check(t, err)
			old, err := bound(0, plain, "old")
			check(t, err)
			c.bound(old)
			check(t, sys.Connect(old, server))
			c.connected(old)
			conn, _, err := sys.Accept(listener)
			check(t, err)
			check(t, sys.Shutdown(old, unix.SHUT_WR))
			c.shut(old)
			local, err := sys.Getsockname(old)
			check(t, err)
			check(t, sys.Close(old))
			check(t, sys.Close(conn))
			awaitTimeWait(t, local.Port())

			option := reuse
			if c.late {
				option = plain
			}
			next, err := bound(local.Port(), option, "new")
			if err == nil {
				sys.Close(next)
			}
			if err != c.want {
				t.Errorf("bind: %v, want %v", err, c.want)
			}
		})
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// awaitTimeWait waits until the kernel has this end in TIME_WAIT.
func awaitTimeWait(t *testing.T, port uint16) {
	t.Helper()
	for limit := time.Now().Add(10 * time.Second); time.Now().Before(limit); time.Sleep(time.Millisecond) {
		all, err := kernel.Connections(port)
		check(t, err)
		for _, c := range all {
			if c.Local.Port() == port && c.TCP.String() == "TIME_WAIT" {
				return
			}
		}
	}
	t.Fatalf("port %d never came into TIME_WAIT", port)
}

// TestTheRunComesToItsMoments: each that the README has words for.
func TestTheRunComesToItsMoments(t *testing.T) { lessontest.Moments(t) }

// TestWhatToTryByHandIsTickedOff, each by doing it.
func TestWhatToTryByHandIsTickedOff(t *testing.T) {
	lessontest.Tries(t,
		lessontest.Hand{Does: "c"},
		lessontest.Hand{Does: "c s"},
		lessontest.Hand{Does: "c s d s c"},
		lessontest.Hand{Does: "f d"},
	)
}
