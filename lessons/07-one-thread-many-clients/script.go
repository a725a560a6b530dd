package main

import (
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/experiment/tcpserver"
	"fdlab/lab/kernel"
)

const moment = 250 * time.Millisecond // for the eye

var (
	limit = 5 * time.Second        // for what should happen at once
	nap   = 400 * time.Millisecond // the sleep in the accept callback; the post's: 10 s
)

// seen is what the script measures while a server runs.
type seen struct {
	clients     int
	answers     int               // lines that came back
	waiting     tcpserver.Backlog // at the moment that matters
	unwatched   bool              // no event watches the clients that were accepted
	unread      int64             // bytes in the kernel that nobody will read
	rude        []finding
	emfile      atomic.Int64 // how often accept gave EMFILE
	emfileSoFar int64        // how often until the script had seen enough
	most        int          // bytes that the server kept for one client
	stats       event.Stats
}

// finding is one check of step 4.
type finding struct {
	ok     bool
	text   string
	moment string // that it is about; or ""
}

// dial lets clients connect, which is an entry in the diary.
func (s *server) dial(names ...string) []*experiment.Client {
	clients := s.Dial(names...)
	for _, name := range names {
		s.Did(connected, name)
	}
	return clients
}

// part has all clients leave, and ends the server when it has seen that.
func (s *server) part(clients ...*experiment.Client) *server {
	s.Part(func() bool { return s.unwatched || s.Open() == 0 && s.Backlog().Clients == 0 }, clients...)
	s.stats = s.base.Stats()
	return s
}

// affordable returns how many clients can be: each needs two fds, one here and
// one in the server, and some are taken.
func affordable(x *experiment.X) int {
	const wanted, taken = 100, 40
	soft, _, err := kernel.Limits()
	x.Must("getrlimit", err)
	n := min(wanted, (int(min(soft, 1<<20))-taken)/2)
	if n < 5 {
		x.Fail(fmt.Errorf("not even five clients can come: %w", unix.EMFILE))
	}
	if n < wanted {
		x.Note("only %d files may be open (ulimit -n): %d clients instead of %d", soft, n, wanted)
	}
	return n
}

// hundred is many clients at the same time. Each says three lines, one after
// the other, and nobody leaves.
func hundred(s *server) *server {
	s.clients = affordable(s.X)
	clients := s.dial(tcpserver.Names(s.clients)...)
	s.Talk(moment/3, clients, "one\n", "two\n", "three\n")
	for _, c := range clients {
		s.answers += strings.Count(c.Heard(), "\n")
	}
	s.X.Note("%d clients are connected, and nobody has left: %d lines of %d came back",
		s.clients, s.answers, 3*s.clients)
	s.X.Moment("all-answered")
	return s.part(clients...)
}

// asleep is what a sleep in the accept callback does. On a machine that is
// held up for as long as the sleep it says nothing, and is tried again.
func asleep(l *listener, program func(*server) error) (s *server) {
	l.aloud.Store(true)
	for range 3 {
		if s = l.sleepOnce(program); s.Unreachable != nil || s.together() && s.askedInTime() {
			break
		}
	}
	return s
}

func (l *listener) sleepOnce(program func(*server) error) *server {
	s := l.serve("sleepy", program)
	one := s.dial("client 1")[0]
	one.Say("one\n")
	s.Hears(one, "one\n")
	l.sleeps.Store(true)
	l.X.Note("the accept callback sleeps now, for %s (the post's: 10 s)", experiment.Brief(nap))
	rest := s.dial("client 2", "client 3", "client 4")
	s.waiting = s.Backlog()
	l.X.Note("clients 2, 3 and 4 are connected; in the backlog: %s", s.waiting)
	if s.Unreachable == nil {
		s.Await(func() bool { return s.Diary.Count(fellAsleep, "") > 0 })
	}
	s.Did(said, "client 1")
	one.Say("hello?\n")
	for _, c := range rest {
		c.Say("hello\n")
	}
	for _, c := range rest {
		s.Hears(c, "hello\n")
	}
	s.Hears(one, "one\nhello?\n")
	if !l.byHand.Load() {
		l.sleeps.Store(false)
	}
	l.X.Pause(moment)
	return s.part(append(rest, one)...)
}

// silent is what one read(2) for each accept(2) does, when the first client
// says nothing.
func silent(s *server) *server {
	s.unwatched = true
	one := s.dial("client 1")[0]
	s.Await(func() bool { return s.Diary.Count(reading, "client 1") > 0 })
	rest := s.dial("client 2", "client 3")
	for _, c := range rest {
		c.Say("hello\n")
	}
	s.waiting = s.Backlog()
	s.X.Note("client 1 says nothing. clients 2 and 3 are connected, and have spoken; in the backlog: %s", s.waiting)
	s.X.Pause(moment)
	s.X.Moment("blocked-in-read", s.FD)
	s.X.Pause(moment)
	s.Did(said, "client 1")
	one.Say("hello\n")
	all := append(rest, one)
	for _, c := range all {
		s.Hears(c, "hello\n")
	}
	s.X.Pause(moment)
	for _, c := range all {
		c.Say("again\n")
	}
	four := s.dial("client 4")[0] // the server goes on: one more turn of the loop
	four.Say("hello\n")
	s.Hears(four, "hello\n")
	s.Await(func() bool {
		s.unread = 0
		for _, bytes := range s.Unread() {
			s.unread += bytes
		}
		return s.unread >= 18
	})
	for _, c := range append(all, four) {
		s.answers += strings.Count(c.Heard(), "\n")
	}
	s.X.Note("each has heard its first line. The second ones are in the kernel: %d bytes, and nobody will read them", s.unread)
	s.X.Pause(moment)
	s.X.Moment("ready-for-ever", s.Waiting()...)
	return s.part(append(all, four)...)
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
func scarce(l *listener, pauses bool) *server {
	clients, err := l.Dial(limit, tcpserver.Names(4)...) // nobody accepts them yet
	for _, c := range clients {
		c.Say("hello\n")
	}
	l.X.Provokes("accept", unix.EMFILE)
	var restore atomic.Pointer[func()] // set by the server's thread
	s := l.serve(manner(pauses), func(s *server) error {
		s.pauses = pauses
		var undo func()
		var err error
		kernel.WithoutFiles(func() { undo, err = ration(2, s.FD) })
		if err != nil {
			return fmt.Errorf("ration the fds: %w", err)
		}
		restore.Store(&undo)
		return echo(s)
	})
	defer func() {
		if undo := restore.Load(); undo != nil {
			(*undo)()
		}
	}()
	s.Unreachable = err
	s.Await(func() bool { return s.Diary.Count(accepted, "") >= 2 && s.emfile.Load() > 0 })
	began := time.Now()
	l.X.Pause(moment)
	if !pauses {
		s.Await(func() bool { return s.emfile.Load() > 1000 })
	}
	spell := time.Since(began)
	s.waiting = s.Backlog()
	s.emfileSoFar = s.emfile.Load()
	l.X.Note("%s: accept gave EMFILE %s times in %s; in the backlog: %s",
		manner(pauses), experiment.Thousands(s.emfileSoFar), experiment.Brief(spell), s.waiting)
	// Each that says goodbye makes room for one. (It only says so: to leave
	// would free a second number, since the clients' fds are in this process.)
	for i := range 2 {
		s.Hears(clients[i], "hello\n")
		clients[i].Finish()
		s.Hears(clients[i+2], "hello\n")
		l.X.Pause(moment / 4)
	}
	return s.part(clients...)
}

func manner(pauses bool) string {
	if pauses {
		return "with pause"
	}
	return "no pause"
}
