package experiment

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

// limit ends what will never happen. On a busy machine a second is short.
const limit = time.Minute

// alone runs do as the Run of an experiment, and returns the account.
func alone(t *testing.T, do func(*X)) string {
	t.Helper()
	var out strings.Builder
	status := Run(Lesson{Name: "00-test", Steps: []string{"one"}, Run: func(x *X) {
		do(x)
		x.Verdict(True, "done.")
	}}, nil, strings.NewReader(""), &out, &out)
	if status != 0 {
		t.Fatalf("status %d:\n%s", status, out.String())
	}
	return out.String()
}

func TestAClientIsConnectedBeforeItIsAccepted(t *testing.T) {
	alone(t, func(x *X) {
		listener, addr := x.Listen(0, 5, "")
		defer sys.Close(listener)
		sys.SetNonblock(listener, true)
		if _, _, err := x.AcceptFrom(listener); err != unix.EAGAIN {
			t.Errorf("nobody came, and accept gives %v", err)
		}
		c := x.Dial("client 1", addr)
		if !x.Await(limit, func() bool { ok, _ := c.Connected(); return ok }) {
			t.Fatal("not connected")
		}
		c.Say("hello")
		conn, name, err := x.AcceptFrom(listener)
		if err != nil || name != "client 1" || x.Guests() != 0 {
			t.Fatalf("accepted %q, %v, guests %d", name, err, x.Guests())
		}
		buf := make([]byte, 100)
		x.Await(limit, func() bool { n, _ := sys.Read(conn, buf); return n == 5 })
		sys.Write(conn, []byte("yes"))
		if !x.Await(limit, func() bool { return c.Heard() == "yes" }) {
			t.Errorf("heard %q", c.Heard())
		}
		c.Reset()
		if !x.Await(limit, func() bool { _, err := sys.Read(conn, buf); return err == unix.ECONNRESET }) {
			t.Error("no reset arrived")
		}
		c.Leave()
		if !c.Left() {
			t.Error("it has not left")
		}
		sys.Close(conn)

		// One that is no client of ours.
		fd, _ := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
		defer unix.Close(fd)
		unix.Connect(fd, &unix.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()})
		conn, name, err = x.AcceptFrom(listener)
		if err != nil || name != "guest 1" || x.Guests() != 1 {
			t.Errorf("accepted %q, %v, guests %d", name, err, x.Guests())
		}
		sys.Close(conn)
	})
}

func TestAClientThatDoesNotListenGetsItLater(t *testing.T) {
	alone(t, func(x *X) {
		listener, addr := x.Listen(0, 5, "")
		defer sys.Close(listener)
		c := x.Dial("deaf", addr)
		c.Deaf(true)
		conn, _, err := x.AcceptFrom(listener)
		if err != nil {
			t.Fatal(err)
		}
		sys.Write(conn, []byte("hello"))
		sys.Close(conn)
		for range 20 {
			if c.Heard() != "" || c.HeardEnd() {
				t.Fatal("it has listened")
			}
			time.Sleep(time.Millisecond)
		}
		c.Deaf(false)
		if !x.Await(limit, func() bool { return c.HeardEnd() }) || c.Heard() != "hello" {
			t.Errorf("heard %q, the end %v", c.Heard(), c.HeardEnd())
		}
	})
}

// Nobody asks again how a client is that a person has brought. What the kernel
// does not take at once must go all the same.
func TestAClientByHandFinishesByItself(t *testing.T) {
	const size = 16 << 20 // more than the kernel's buffers hold
	alone(t, func(x *X) {
		listener, addr := x.Listen(0, 5, "")
		defer sys.Close(listener)
		c := x.DialByHand("yours 1", addr)
		c.Say(strings.Repeat("x", size))
		c.Finish()
		conn, _, err := x.AcceptFrom(listener)
		if err != nil {
			t.Fatal(err)
		}
		defer sys.Close(conn)
		buf, got, ended := make([]byte, 1<<20), 0, false
		x.Await(limit, func() bool {
			n, err := sys.Read(conn, buf)
			got += max(n, 0)
			ended = n == 0 && err == nil
			return ended
		})
		if got != size || !ended {
			t.Errorf("%d of %d bytes came, the end: %v", got, size, ended)
		}
	})
}

func TestNobodyListens(t *testing.T) {
	alone(t, func(x *X) {
		c := x.Dial("client 1", sys.Loopback(x.FreePort()))
		var err error
		x.Await(limit, func() bool { _, err = c.Connected(); return err != nil })
		if err != unix.ECONNREFUSED || !c.HeardEnd() {
			t.Errorf("connect gives %v", err)
		}
	})
}

func TestADiaryKnowsOrderThreadsAndLoops(t *testing.T) {
	var d Diary
	base, err := event.New(event.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer base.Close()
	inner, err := event.New(event.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer inner.Close()
	d.Add("began", "me")
	inner.NewTimer(func(int, event.What) { d.Add("called", "inner") }).Add(0)
	base.NewTimer(func(int, event.What) {
		d.Add("called", "outer")
		inner.Dispatch()
	}).Add(0)
	base.Dispatch()
	if n := d.Count("called", ""); n != 2 {
		t.Fatalf("called %d times", n)
	}
	if at := d.Index(2, "called", ""); at != 2 || d.Index(1, "called", "inner") != 2 || d.Index(1, "called", "you") != -1 {
		t.Errorf("order: %v", d.Entries())
	}
	for i, e := range d.Entries() {
		if e.Loops != i || e.Thread == 0 {
			t.Errorf("entry %d: %d loops, thread %d", i, e.Loops, e.Thread)
		}
	}
}
