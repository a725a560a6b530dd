package main

import (
	"bufio"
	"fmt"
	"net"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"fdlab/lab/control"
	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/experiment/lessontest"
	"fdlab/lab/sys"
	"fdlab/lab/trace"
)

// The lesson as it stands, and what becomes of it when it is broken on purpose.
func TestMain(m *testing.M) {
	lessontest.Lesson(m, map[string]func(){
		"":                    main,
		"no second dispatch":  broken(oneBase, takingTurns, withWorkers(2)),
		"the same base again": broken(itself, takingTurns, withWorkers(2)),
		"nobody listens":      broken(deaf, takingTurns, withWorkers(2)),
		"turns are nested":    broken(oneInside, oneInside, withWorkers(2)),
		"workers swap":        broken(oneInside, takingTurns, swapping),
	})
}

func broken(nested, turns, workers func(*server) error) func() {
	return func() {
		experiment.Main(experiment.Lesson{
			Name: "03-broken", Steps: []string{"one", "two", "three"}, Keys: keys,
			Run: func(x *experiment.X) {
				// A port of its own: a server that is deaf gives it up, and
				// another lesson that runs meanwhile would take it.
				listener := listen(x, x.FreePort())
				x.Step(1)
				n := visit(serve(listener, "nested", nested))
				if n.Unreachable != nil { // its listener is gone
					listener = listen(x, x.FreePort())
				}
				x.Step(2)
				t := visit(serve(listener, "turns", turns))
				x.Step(3)
				w := crowd(serve(listener, "acceptor", workers))
				one := compute(serve(listener, "acceptor", burning(withWorkers(1))))
				both := compute(serve(listener, "acceptor", burning(withWorkers(1))))
				judge(x, n, t, w, one, both, twice{})
			},
		})
	}
}

// oneBase is what the post's server should have done.
func oneBase(s *server) error {
	base := s.Base("one")
	s.onAccept(base, func(c *conn) { s.onRead(base, c) })
	_, err := base.Dispatch()
	return err
}

// itself dispatches the base that runs already.
func itself(s *server) error {
	base := s.Base("one")
	s.onAccept(base, func(c *conn) {
		s.onRead(base, c)
		reason, err := base.Dispatch()
		s.returned(c, reason, err)
	})
	_, err := base.Dispatch()
	return err
}

// deaf takes one client, and stops listening.
func deaf(s *server) error {
	base := s.Base("one")
	var only *conn
	s.onAccept(base, func(c *conn) {
		sys.Shutdown(s.FD, unix.SHUT_RDWR)
		s.onRead(base, c)
		only = c
	})
	_, err := base.Loop(event.Once) // one accept, and then only client 1
	if err == nil {
		inner := s.Base("rest")
		s.onRead(inner, only)
		_, err = inner.Dispatch()
	}
	return err
}

// swapping hands a connection from worker to worker at each accept: its
// callbacks run on both threads.
func swapping(s *server) error {
	var bases []*event.Base
	for i := range 2 {
		base := s.Base(fmt.Sprint("worker ", i+1))
		s.Thread(base.Name(), func() error { _, err := base.Loop(event.NoExitOnEmpty); return err })
		bases = append(bases, base)
	}
	acceptor := s.Base("acceptor")
	s.onAccept(acceptor, func(c *conn) {
		var turn atomic.Int32
		var watch func(base *event.Base)
		watch = func(base *event.Base) {
			var ev *event.Event
			buf := make([]byte, 512)
			ev = base.NewEvent(c.fd, event.Read|event.Persist, func(fd int, _ event.What) {
				s.Did(called, c.name)
				ev.Del()
				n, _ := sys.Read(fd, buf)
				if n <= 0 {
					s.Did(left, c.name)
					s.Close(c.fd)
					return
				}
				s.Did(answered, c.name)
				sys.Write(fd, buf[:n])
				next := bases[turn.Add(1)%2]
				next.Post(func() { watch(next) })
			})
			ev.Add(event.NoTimeout)
		}
		bases[0].Post(func() { watch(bases[0]) })
	})
	_, err := acceptor.Dispatch()
	return err
}

func TestTheLessonAlone(t *testing.T) {
	t.Parallel()
	for _, backend := range event.Backends() {
		t.Run(backend, func(t *testing.T) {
			t.Parallel()
			account, status := lessontest.Run(t, "", "-backend", backend)
			lessontest.Says(t, account, "step 5 of 5: the same base twice", "answer to Predict: a", "verdict: half true.")
			if status != 0 || strings.Contains(account, "failed:") {
				t.Errorf("status %d, the account:\n%s", status, account)
			}
		})
	}
}

func TestAnswerAndVerdictFollowFromWhatHappens(t *testing.T) {
	for name, words := range map[string][]string{
		"no second dispatch": {"failed: nested: loops on the stack", "failed: nested: client 2 is accepted only after",
			"answer to Predict: c", "verdict: false."},
		"the same base again": {"answer to Predict: d", "verdict: false. The inner dispatch was refused."},
		"nobody listens":      {"answer to Predict: b", "verdict: false. Client 2 could not connect."},
		"turns are nested": {"failed: turns: clients 2 and 3 are answered", "failed: turns: one thread (used: 1)",
			"answer to Predict: a", "verdict: true."},
		"workers swap": {"failed: workers: every callback of a connection ran on one thread; exceptions: 6 of 6",
			"failed: 1 worker: callbacks that ran at the same time", "failed: the same base twice", "verdict: half true."},
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

// TestTheTraceShowsIt looks for the picture of the lesson: a loop inside
// another one's callback, and two clients in the listener's backlog meanwhile.
func TestTheTraceShowsIt(t *testing.T) {
	t.Parallel()
	p := lessontest.Record(t, lessontest.Command(t, ""))
	account, status := p.End()
	lessontest.Says(t, account, "verdict: half true.")
	var nested, listening bool
	var backlog int64
	names := map[string]bool{}
	for _, r := range p.Records {
		switch r.Kind {
		case trace.LoopBegin:
			nested = nested || r.B == 2
		case trace.Socket:
			listening = listening || r.D > 0
			backlog = max(backlog, r.C)
		case trace.ThreadBegin, trace.Label:
			names[p.String(&r)] = true
		}
	}
	if status != 0 || !nested || listening && backlog < 2 {
		t.Errorf("status %d, a loop inside a loop %v, longest backlog %d", status, nested, backlog)
	}
	for _, name := range []string{"nested", "worker 1", "worker 2", "acceptor", "listener", "client 3"} {
		if !names[name] {
			t.Errorf("nothing is called %q: %v", name, names)
		}
	}
	if left := p.OpenFDs(); len(left) > 0 {
		t.Errorf("fds %v were left open", left)
	}
}

func TestHeldAndPoked(t *testing.T) {
	t.Parallel()
	p := lessontest.Record(t, lessontest.Command(t, ""))
	p.Await("client 1 is connected, and hears")
	p.Send(control.Hold)
	p.Key('c') // it waits with the others
	p.Send(control.Step)
	p.Send(control.Release)
	account, status := p.End()
	lessontest.Says(t, account, "you: yours 1 connects and says hello", "not judged (held): CPU time of the busiest",
		"passed: nested: client 2 is accepted only after", "answer to Predict: a", "verdict: half true.")
	if status != 0 {
		t.Errorf("status %d", status)
	}
}

var address = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// guest is somebody with a telnet.
type guest struct {
	t *testing.T
	*net.TCPConn
	lines *bufio.Reader
}

func comes(t *testing.T, to string) *guest {
	t.Helper()
	conn, err := net.Dial("tcp4", to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &guest{t, conn.(*net.TCPConn), bufio.NewReader(conn)}
}

func (g *guest) says(text string) {
	g.t.Helper()
	if _, err := g.Write([]byte(text)); err != nil {
		g.t.Fatal(err)
	}
}

func (g *guest) hears(text string) {
	g.t.Helper()
	if line, err := g.lines.ReadString('\n'); line != text {
		g.t.Fatalf("heard %q (%v), want %q", line, err, text)
	}
}

func TestInteractiveWithGuests(t *testing.T) {
	for shape, together := range map[string]bool{"nested": false, "turns": true, "workers": true} {
		t.Run(shape, func(t *testing.T) {
			t.Parallel()
			p := lessontest.Start(t, lessontest.Command(t, "", "-interactive", "-shape", shape))
			to := address.FindString(p.Await("From another terminal"))
			p.Await("type a key")
			one, two := comes(t, to), comes(t, to)
			one.says("hello \x1b[2J\n")
			one.hears("hello \x1b[2J\n")
			two.says("hello\n")
			if together {
				two.hears("hello\n")
				one.Close()
			} else {
				one.says("again\n")
				one.hears("again\n")
				one.SetLinger(0) // a reset ends the inner dispatch too
				one.Close()
				p.Await("guest 1 has left, the inner dispatch returns")
				two.hears("hello\n")
			}
			two.Close()
			p.Key('c')
			p.Await("accepts yours 1")
			p.Key('s')
			p.Await("yours 1 says hello again")
			p.Key('x')
			p.Await("yours 1 leaves")
			p.Cmd.Process.Signal(syscall.SIGINT)
			account, status := p.End()
			lessontest.Says(t, account, "stopped by interrupt; cleaned up")
			if status != 130 || strings.Contains(account, "\x1b") {
				t.Errorf("status %d, %q", status, account)
			}
		})
	}
}

func TestAGuestWhoStaysMakesItUndecided(t *testing.T) {
	t.Parallel()
	p := lessontest.Start(t, lessontest.Command(t, ""))
	to := address.FindString(p.Await("From another terminal"))
	p.Await("client 1 is connected")
	g := comes(t, to) // says nothing, and stays
	account, status := p.End()
	g.Close()
	lessontest.Says(t, account, "guest 1")
	if !strings.Contains(account, "verdict: undecided") && !strings.Contains(account, "verdict: half true") {
		t.Errorf("no verdict that fits:\n%s", account)
	}
	if decided := strings.Contains(account, "half true"); decided != (status == 0) {
		t.Errorf("status %d:\n%s", status, account)
	}
}

func TestATakenPort(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp4", "127.0.0.1:9877")
	if err == nil {
		defer taken.Close()
	} // else somebody else has it: as good
	account, status := lessontest.Run(t, "", "-nowait")
	lessontest.Says(t, account, "port 9877 cannot be used (EADDRINUSE): the server listens on", "verdict: half true.")
	if status != 0 {
		t.Errorf("status %d", status)
	}
}

func TestFlags(t *testing.T) {
	account, status := lessontest.Run(t, "", "-interactive", "-shape", "round")
	lessontest.Says(t, account, `"round"`, "no such shape", "nested, turns, workers")
	if status != 2 {
		t.Errorf("status %d", status)
	}
}

func TestInterruptedInTheMiddle(t *testing.T) {
	t.Parallel()
	p := lessontest.Record(t, lessontest.Command(t, ""))
	p.Await("clients 2 and 3 are connected")
	p.Cmd.Process.Signal(syscall.SIGINT)
	account, status := p.End()
	lessontest.Says(t, account, "stopped by interrupt; cleaned up")
	if left := p.OpenFDs(); status != 130 || len(left) > 0 {
		t.Errorf("status %d, fds %v were left open", status, left)
	}
}

// TestTheRunComesToItsMoments: each that the README has words for.
func TestTheRunComesToItsMoments(t *testing.T) { lessontest.Moments(t) }

// TestWhatToTryByHandIsTickedOff, each by doing it.
func TestWhatToTryByHandIsTickedOff(t *testing.T) {
	lessontest.Tries(t,
		lessontest.Hand{Does: "c c"},
		lessontest.Hand{Does: "c c x"},
		lessontest.Hand{Args: "-shape=turns", Does: "c c"},
		lessontest.Hand{Args: "-shape=workers", Does: "c c"},
	)
}
