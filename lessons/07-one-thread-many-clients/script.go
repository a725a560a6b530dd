package main

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/kernel"
)

const moment = 250 * time.Millisecond // for the eye

var (
	limit = 5 * time.Second        // for what should happen at once
	nap   = 400 * time.Millisecond // the sleep in the accept callback; the post's: 10 s
)

// seen is what the script measures while a server runs.
type seen struct {
	missed      bool  // a client was not answered in time
	unreachable error // why a client could not even connect
	clients     int
	heard       int   // lines that came back
	waiting     int   // clients in the listener's backlog at the moment that matters
	told        bool  // the kernel said so
	unwatched   bool  // the server does not look at the clients that it has accepted
	unread      int64 // bytes in the kernel that nobody will read
	rude        []finding
	refusals    atomic.Int64 // EMFILE
	spell       time.Duration
	most        int // bytes that the server kept for one client
	stats       event.Stats
}

// finding is one check of step 4.
type finding struct {
	ok   bool
	text string
}

// dial brings clients, and waits until the kernel has connected them.
func (d *door) dial(names ...string) (clients []*experiment.Client, err error) {
	for _, name := range names {
		clients = append(clients, d.x.Dial(name, d.addr))
	}
	for _, c := range clients {
		d.x.Await(limit, func() bool {
			ok, why := c.Connected()
			if why != nil && err == nil {
				err = fmt.Errorf("%s: %w", c.Name, why)
			}
			return ok || why != nil
		})
		if ok, _ := c.Connected(); !ok && err == nil {
			err = fmt.Errorf("%s: no answer to its SYN", c.Name)
		}
	}
	return clients, err
}

func (s *server) dial(names ...string) []*experiment.Client {
	clients, err := s.door.dial(names...)
	s.unreachable = errors.Join(s.unreachable, err)
	for _, name := range names {
		s.write(connected, name)
	}
	return clients
}

// await waits for what should happen. After the first thing that does not, the
// others get less time: this run will not decide much.
func (s *server) await(ok func() bool) bool {
	patience := limit + 5*nap
	if s.missed {
		patience = limit / 50
	}
	happened := s.x.Await(patience, ok)
	s.missed = s.missed || !happened
	return happened
}

// hears waits until a client has heard all of that.
func (s *server) hears(c *experiment.Client, all string) bool {
	return s.await(func() bool { return len(c.Heard()) >= len(all) || c.HeardEnd() }) && c.Heard() == all
}

// part has all clients leave, and ends the server when it has seen that.
func (s *server) part(clients ...*experiment.Client) *server {
	for _, c := range clients {
		c.Leave()
	}
	s.await(func() bool { return s.unwatched || s.open() == 0 })
	s.stop()
	s.stats = s.base.Stats()
	return s
}

// affordable returns how many clients can be: each needs two fds, one here and
// one in the server, and some are taken.
func affordable(x *experiment.X) int {
	const wanted, taken = 100, 40
	soft, _, err := kernel.Limits()
	if err != nil {
		x.Fail(err)
	}
	n := min(wanted, (int(min(soft, 1<<20))-taken)/2)
	if n < 5 {
		x.Fail(fmt.Errorf("only %d files may be open: raise that with ulimit -n 256", soft))
	}
	if n < wanted {
		x.Note("only %d files may be open (ulimit -n): %d clients instead of %d", soft, n, wanted)
	}
	return n
}

func named(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprint("client ", i+1))
	}
	return names
}

// hundred is many clients at the same time. Each says three lines, one after
// the other, and nobody leaves.
func hundred(s *server) *server {
	s.clients = affordable(s.x)
	clients := s.dial(named(s.clients)...)
	all := ""
	for _, line := range []string{"one\n", "two\n", "three\n"} {
		all += line
		for _, c := range clients {
			c.Say(line)
		}
		for _, c := range clients {
			if !s.missed {
				s.hears(c, all)
			}
		}
		s.x.Pause(moment / 3)
	}
	for _, c := range clients {
		s.heard += strings.Count(c.Heard(), "\n")
	}
	s.x.Note("%d clients are connected, and nobody has left: %d lines of %d came back",
		s.clients, s.heard, 3*s.clients)
	return s.part(clients...)
}

// asleep is what a sleep in the accept callback does. On a machine that stands
// still for as long as the sleep it says nothing, and is tried again.
func asleep(d *door, program func(*server) error) (s *server) {
	d.aloud.Store(true)
	for range 3 {
		if s = d.doze(program); s.unreachable != nil || s.together() {
			break
		}
	}
	return s
}

func (d *door) doze(program func(*server) error) *server {
	s := d.serve("sleepy", program)
	one := s.dial("client 1")[0]
	one.Say("one\n")
	s.hears(one, "one\n")
	d.sleeps.Store(true)
	d.x.Note("the accept callback sleeps now, for %s (the post's: 10 s)", experiment.Brief(nap))
	rest := s.dial("client 2", "client 3", "client 4")
	s.waiting, s.told = d.backlog()
	d.x.Note("clients 2, 3 and 4 are connected; in the backlog: %s", s.queue())
	s.write(said, "client 1")
	one.Say("hello?\n")
	for _, c := range rest {
		c.Say("hello\n")
	}
	for _, c := range rest {
		s.hears(c, "hello\n")
	}
	s.hears(one, "one\nhello?\n")
	if !d.byHand.Load() {
		d.sleeps.Store(false)
	}
	d.x.Pause(moment)
	return s.part(append(rest, one)...)
}

func (s *server) queue() string {
	if !s.told {
		return "this kernel does not say"
	}
	return fmt.Sprint(s.waiting)
}

// silent is what one read(2) for each accept(2) does, when the first client
// says nothing.
func silent(s *server) *server {
	s.unwatched = true
	one := s.dial("client 1")[0]
	s.await(func() bool { return s.diary.Count(reading, "client 1") > 0 })
	rest := s.dial("client 2", "client 3")
	for _, c := range rest {
		c.Say("hello\n")
	}
	s.waiting, s.told = s.backlog()
	s.x.Note("client 1 says nothing. clients 2 and 3 are connected, and have spoken; in the backlog: %s", s.queue())
	s.x.Pause(2 * moment)
	s.write(said, "client 1")
	one.Say("hello\n")
	all := append(rest, one)
	for _, c := range all {
		s.hears(c, "hello\n")
	}
	s.x.Pause(moment)
	for _, c := range all {
		c.Say("again\n")
	}
	four := s.dial("client 4")[0] // the server goes on: one more turn of the loop
	four.Say("hello\n")
	s.hears(four, "hello\n")
	s.await(func() bool { s.unread = s.queued(); return s.unread >= 18 })
	for _, c := range append(all, four) {
		s.heard += strings.Count(c.Heard(), "\n")
	}
	s.x.Note("each has heard its first line. The second ones are in the kernel: %d bytes, and nobody will read them", s.unread)
	s.x.Pause(moment)
	return s.part(append(all, four)...)
}

// queued returns how many bytes wait in all of the server's connections.
func (s *server) queued() (sum int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		if state, err := kernel.Look(c.fd); err == nil {
			sum += state.Queued
		}
	}
	return sum
}

// ration leaves room for n more fds, and returns what undoes that. It must be
// called when nobody else opens any.
func ration(n int, some int) (undo func(), err error) {
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		return nil, err
	}
	// The kernel gives out the lowest free number. So when it has given n more,
	// all numbers below the last are taken.
	last := 0
	for range n {
		fd, err := unix.FcntlInt(uintptr(some), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			return nil, err
		}
		defer unix.Close(fd)
		last = fd
	}
	now := old
	put(&now.Cur, last+1)
	return func() { unix.Setrlimit(unix.RLIMIT_NOFILE, &old) }, unix.Setrlimit(unix.RLIMIT_NOFILE, &now)
}

// put sets a number of a unix.Rlimit. Its type is not the same everywhere.
func put[T int64 | uint64](field *T, n int) { *field = T(n) }

// What a server does when accept gives EMFILE.
const (
	goOn  = false
	pause = true
)

// scarce is four clients for a server that has room for two.
func scarce(d *door, pauses bool) *server {
	clients, err := d.dial(named(4)...) // nobody accepts them yet
	for _, c := range clients {
		c.Say("hello\n")
	}
	var restore func()
	s := d.serve(manner(pauses), func(s *server) error {
		s.pauses = pauses
		undo, err := ration(2, s.listener)
		if err != nil {
			return fmt.Errorf("ration the fds: %w", err)
		}
		s.mu.Lock()
		restore = undo
		s.mu.Unlock()
		return echo(s)
	})
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if restore != nil {
			restore()
		}
	}()
	s.unreachable = err
	s.await(func() bool { return s.diary.Count(accepted, "") >= 2 && s.refusals.Load() > 0 })
	began := time.Now()
	d.x.Pause(moment)
	if !pauses {
		s.await(func() bool { return s.refusals.Load() > 1000 })
	}
	s.spell = time.Since(began)
	s.waiting, s.told = d.backlog()
	s.heard = int(s.refusals.Load())
	d.x.Note("%s: accept gave EMFILE %d times in %s; in the backlog: %s",
		manner(pauses), s.heard, experiment.Brief(s.spell), s.queue())
	// Each that says goodbye makes room for one. (It only says so: to leave
	// would free a second number, since the clients' fds are in this process.)
	for i := range 2 {
		s.hears(clients[i], "hello\n")
		clients[i].Finish()
		s.hears(clients[i+2], "hello\n")
		d.x.Pause(moment / 4)
	}
	return s.part(clients...)
}

func manner(pauses bool) string {
	if pauses {
		return "with pause"
	}
	return "no pause"
}
