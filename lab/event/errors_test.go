package event

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// explains checks that err is want and that its text has all the words.
func explains(t *testing.T, err, want error, words ...string) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("%v; want %v", err, want)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not say %q", err, word)
		}
	}
}

func TestBadEvents(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		var c calls
		explains(t, b.NewEvent(-1, Read, c.log("x")).Named("client").Add(NoTimeout), ErrBadFD, `"client"`, "-1")
		explains(t, b.NewEvent(3, Read|Signal, c.log("x")).Add(NoTimeout), ErrBadWhat)
		explains(t, b.NewEvent(3, Read, nil).Add(NoTimeout), ErrBadWhat)
		a, _ := pair(t)
		level := add(t, b.NewEvent(a, Read, c.log("x")), NoTimeout)
		explains(t, b.NewEvent(a, Write|EdgeTriggered, c.log("x")).Add(NoTimeout), ErrMixedEdge)
		level.Del()
		add(t, b.NewEvent(a, Read|EdgeTriggered, c.log("x")), NoTimeout).Del()
		loop(t, b, 0, NoEvents) // none of them left anything behind
		c.want(t)
	})
}

func TestClosedBase(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		a, _ := pair(t)
		e := add(t, b.NewEvent(a, Read, func(int, What) {}), time.Hour)
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if e.Pending() != 0 {
			t.Errorf("pending %v in a closed base", e.Pending())
		}
		explains(t, e.Add(NoTimeout), ErrBaseClosed)
		explains(t, e.Active(Read), ErrBaseClosed)
		_, err := b.Dispatch()
		explains(t, err, ErrBaseClosed)
		b.Post(func() { t.Error("a closed base called a function") })
	})
}

// An fd that is closed while an event watches it: each backend notices in its
// own way and at its own time, but all name the fd and the event.
func TestClosedFDIsExplained(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		a, z := pair(t)
		e := add(t, b.NewEvent(a, Read|Persist, func(int, What) {}).Named("telnet"), NoTimeout)
		unix.Close(a)
		switch {
		case !natureOf(b).forgets: // the wait notices
			reason, err := b.Dispatch()
			if reason != Failed {
				t.Fatalf("the loop returned %v", reason)
			}
			explains(t, err, ErrFDClosed, `read|persist "telnet"`, "Del")
			if err := e.Del(); err != nil {
				t.Fatal(err)
			}
		case b.Backend() == "epoll": // the kernel forgot it in silence; the next epoll_ctl notices
			again := b.NewEvent(a, Read, func(int, What) {}).Named("new")
			explains(t, again.Add(NoTimeout), ErrFDClosed, `read|persist "telnet"`, "Del")
			// The number comes back as another fd.
			if err := unix.Dup2(z, a); err != nil {
				t.Fatal(err)
			}
			explains(t, again.Add(NoTimeout), ErrFDClosed, `"telnet"`)
			explains(t, e.Del(), ErrFDClosed, `"telnet"`)
			add(t, again, NoTimeout).Del()
		}
		loop(t, b, 0, NoEvents)
	})
}

func TestReusedFDNumberIsAnotherFD(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		var c calls
		a, z := pair(t)
		for range 3 {
			e := add(t, b.NewEvent(a, Read, c.log("e")), NoTimeout)
			write(t, z, "x")
			loop(t, b, 0, NoEvents)
			c.want(t, "e read")
			add(t, e, NoTimeout)
			e.Del()
			// The same number becomes the other end of a new pair.
			a2, z2 := pair(t)
			unix.Close(a)
			if err := unix.Dup2(a2, a); err != nil {
				t.Fatal(err)
			}
			z = z2
		}
		loop(t, b, 0, NoEvents)
	})
}

// A duplicate keeps the kernel's entry alive when the fd is closed.
func TestStaleReadinessIsIgnored(t *testing.T) {
	if Backends()[0] != "epoll" {
		t.Skip("only epoll knows this trap")
	}
	b := newBase(t, "epoll")
	var c calls
	a, z := pair(t)
	old := add(t, b.NewEvent(a, Read|Persist, c.log("old")), NoTimeout)
	dup, err := unix.Dup(a)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(dup)
	unix.Close(a)
	explains(t, old.Del(), ErrFDClosed) // EPOLL_CTL_DEL does not find it
	a2, _ := pair(t)
	if a2 != a {
		if err := unix.Dup2(a2, a); err != nil {
			t.Fatal(err)
		}
	}
	add(t, b.NewEvent(a, Read|Persist, c.log("new")), NoTimeout)
	write(t, z, "for the old one")
	loop(t, b, NonBlock|Once, Done)
	c.want(t)
	if b.Stats().Stale == 0 {
		t.Error("the stale readiness was not counted")
	}
}

func TestNeverOpenFD(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		e := b.NewEvent(1000, Read, func(int, What) { t.Error("called") })
		if natureOf(b).refuses {
			explains(t, e.Add(NoTimeout), ErrNotOpen, "fd 1000")
			loop(t, b, 0, NoEvents)
			return
		}
		// It is told by its first wait.
		add(t, e, NoTimeout)
		_, err := b.Loop(NonBlock)
		explains(t, err, ErrFDClosed, "fd 1000")
	})
}

func TestFDSetSize(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		var limit unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil || limit.Cur <= 1500 {
			t.Fatalf("this test needs fd 1500, but ulimit -n is %d (%v)", limit.Cur, err)
		}
		a, z := pair(t)
		const big = 1500
		if err := unix.Dup2(a, big); err != nil {
			t.Fatal(err)
		}
		defer unix.Close(big)
		var c calls
		e := b.NewEvent(big, Read, c.log("e"))
		if b.Backend() == "select" {
			explains(t, e.Add(NoTimeout), ErrSetSize, "fd 1500", "1023", "poll or epoll")
			loop(t, b, 0, NoEvents)
			return
		}
		add(t, e, NoTimeout)
		write(t, z, "x")
		loop(t, b, 0, NoEvents)
		c.want(t, "e read")
	})
}

func TestFilesThatAreAlwaysReady(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, kind := range map[string]string{file: "a regular file", dir: "a directory", os.DevNull: "a device"} {
		onEach(t, func(t *testing.T, b *Base) {
			fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer unix.Close(fd)
			var c calls
			e := b.NewEvent(fd, Read, c.log("e"))
			if b.Backend() == "epoll" {
				explains(t, e.Add(NoTimeout), ErrRegularFile, kind, strconv.Quote(path), "always ready", "poll or select")
				return
			}
			add(t, e, NoTimeout)
			loop(t, b, 0, NoEvents)
			c.want(t, "e read")
		})
	}
}

func TestNames(t *testing.T) {
	if got := (Read | Persist | EdgeTriggered).String(); got != "read|persist|edge-triggered" {
		t.Error(got)
	}
	if got := What(0).String(); got != "nothing" {
		t.Error(got)
	}
	err := &Error{Op: "add", Base: "w\x1b[2J", Event: "read", FD: 7, Err: ErrNotOpen}
	if strings.Contains(err.Error(), "\x1b") {
		t.Errorf("%q is not quoted", err)
	}
}

func TestNothingIsLeftOpen(t *testing.T) {
	open := func() string {
		names, err := os.ReadDir("/dev/fd")
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, name := range names {
			all = append(all, name.Name())
		}
		return strings.Join(all, " ")
	}
	for _, backend := range append(Backends(), "nonsense") {
		before := open()
		for range 3 {
			b, err := New(Config{Backend: backend})
			if err != nil {
				continue
			}
			add(t, b.NewTimer(func(int, What) {}), 0)
			b.Post(func() {})
			loop(t, b, 0, NoEvents)
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		}
		if after := open(); after != before {
			t.Errorf("%s: open before: %s; after: %s", backend, before, after)
		}
	}
}

// A signal's number is no fd.
func TestErrorsOfSignalsNameTheSignal(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		signal := func(n syscall.Signal) error { return b.NewSignal(n, func(int, What) {}).Named("stop").Add(NoTimeout) }
		for n, name := range map[syscall.Signal]string{syscall.SIGKILL: "signal 9 (SIGKILL)",
			syscall.SIGSTOP: "(SIGSTOP)", 0: "no signal 0", -1: "no signal -1", 65: "no signal 65"} {
			err := signal(n)
			explains(t, err, unix.EINVAL, name, `signal|persist "stop"`)
			if strings.Contains(err.Error(), "fd") {
				t.Errorf("%q speaks of an fd", err)
			}
		}
		b.Close()
		explains(t, signal(syscall.SIGUSR1), ErrBaseClosed, "signal 10 (SIGUSR1)")
	})
}

func TestABaseThatGetsNoLowFDSaysWhatItIsFor(t *testing.T) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil || limit.Cur <= 1500 {
		t.Fatalf("this test needs fd 1024, but ulimit -n is %d (%v)", limit.Cur, err)
	}
	for {
		fd, err := unix.Open(os.DevNull, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(fd)
		if fd >= setSize-1 {
			break
		}
	}
	_, err := New(Config{Name: "late", Backend: "select"})
	explains(t, err, ErrSetSize, "new base with select", `"late"`, "wake-up", "poll or epoll")
	if strings.Contains(err.Error(), "event: add") {
		t.Errorf("%q speaks of an event that the program has not made", err)
	}
}

// The base's own fd, closed by a program that closes a number too often.
func TestTheBasesOwnFDIsNamed(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		own := b.mail.bell.fd()
		unix.Close(own)
		var err error
		if b.Backend() == "epoll" { // it notices when the number is used again
			var ends [2]int
			if e := unix.Pipe(ends[:]); e != nil || ends[0] != own {
				t.Fatalf("fds %v instead of %d: %v", ends, own, e)
			}
			defer unix.Close(ends[1])
			err = b.NewEvent(ends[0], Read, func(int, What) {}).Named("client").Add(NoTimeout)
		} else {
			_, err = b.Loop(NonBlock | NoExitOnEmpty)
			fd, e := unix.Dup(1) // what Close closes
			if e != nil || fd != own {
				t.Fatalf("fd %d instead of %d: %v", fd, own, e)
			}
		}
		explains(t, err, ErrFDClosed, fmt.Sprintf("the base's own wake-up on fd %d", own), "not its own")
		if strings.Contains(err.Error(), "Del") {
			t.Errorf("%q asks for what the program cannot do", err)
		}
	})
}
