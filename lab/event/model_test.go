package event

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The property test: random programs on a base and on a model of it, on each
// backend. The model knows what should be pending, what is active and in which
// order; what is ready it asks the kernel, by a poll(2) of its own right before
// each wait. At each callback, and after each operation, both must agree.
//
// Time is virtual: timeouts are of hours, and the clock of the base is moved.
//
// To see a failure again: go test ./lab/event -run TestModel -model.seed=N

var (
	modelSeed  = flag.Uint64("model.seed", 0, "seed of TestModel; 0 takes a new one")
	modelSteps = flag.Int("model.steps", 4000, "operations of TestModel for each backend")
)

// modelEvent is what should be true of one event.
type modelEvent struct {
	*Event
	name     string
	inserted bool // waits for its fd
	timed    bool // and for its time
	active   bool
	why      What
	deadline int64
	period   time.Duration
	priority int
}

// file is one end of a pipe or socket pair.
type file struct {
	fd   int // -1: closed
	peer *file
}

type model struct {
	t      *testing.T
	rng    *rand.Rand
	b      *Base
	files  []*file
	ghosts []int // duplicates of fds that were closed while they were watched
	evs    []*modelEvent
	lists  map[int][]*modelEvent // of each fd, the last added first
	queue  [3][]*modelEvent

	ready     map[int]What // the kernel's word of this turn
	due       bool         // this turn's timeouts are still to be looked at
	running   int          // the queue of this turn, or noQueue
	continued bool
	broken    bool
	ran       int // callbacks of this turn
	calls     int // and of this loop
	depth     int // operations inside a callback
	history   []string
}

func TestModel(t *testing.T) {
	for _, backend := range Backends() {
		t.Run(backend, func(t *testing.T) {
			seed := *modelSeed
			if seed == 0 {
				seed = rand.Uint64()
			}
			m := &model{t: t, rng: rand.New(rand.NewPCG(seed, 0)), b: newBase(t, backend),
				lists: map[int][]*modelEvent{}, running: noQueue}
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("the last operations:\n%s", strings.Join(m.history[max(0, len(m.history)-40):], "\n"))
					t.Logf("again: -run TestModel/%s -model.seed=%d", backend, seed)
				}
			})
			m.b.backend = &observed{m.b.backend, m}
			m.b.timing = true
			for i := range 4 {
				m.open(i)
			}
			for i := range 12 {
				m.evs = append(m.evs, &modelEvent{name: fmt.Sprint("e", i)})
				m.renew(m.evs[i])
			}
			for range *modelSteps {
				m.step()
				m.agree()
			}
			for _, f := range m.files {
				m.shut(f)
			}
			for _, fd := range m.ghosts {
				unix.Close(fd)
			}
		})
	}
}

// observed is a backend that lets the model look first.
type observed struct {
	backend
	m *model
}

func (o *observed) wait(timeout time.Duration) (int, error) {
	o.m.turn(timeout)
	n, err := o.backend.wait(timeout)
	if err == nil && n == 0 {
		o.m.collected()
	}
	return n, err
}

func (o *observed) collect(b *Base, n int) {
	o.backend.collect(b, n)
	o.m.collected()
}

func (m *model) log(format string, args ...any) {
	m.history = append(m.history, strings.Repeat("  ", m.depth)+fmt.Sprintf(format, args...))
}

func (m *model) must(ok bool, format string, args ...any) {
	m.t.Helper()
	if !ok {
		m.t.Fatalf(format, args...)
	}
}

// The turns of the loop.

// turn is called right before a wait.
func (m *model) turn(timeout time.Duration) {
	m.log("-- turn")
	m.must(timeout == 0, "the loop would sleep %v", timeout)
	m.must(!m.broken, "the loop goes on after Break")
	m.must(m.running == noQueue || len(m.queue[m.running]) == 0 || m.continued,
		"the turn ended, but queue %d is not empty", m.running)
	m.running, m.continued, m.due, m.ran = noQueue, false, true, 0
	m.ready = map[int]What{}
	for fd := range m.lists {
		m.ready[fd] = m.truth(fd)
	}
}

// truth asks the kernel whether fd is ready.
func (m *model) truth(fd int) (what What) {
	p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN | unix.POLLOUT}}
	if _, err := unix.Poll(p, 0); err != nil && err != unix.EINTR {
		m.t.Fatal(err)
	}
	read, write := int16(unix.POLLIN|unix.POLLHUP|unix.POLLERR), int16(unix.POLLOUT|unix.POLLHUP|unix.POLLERR)
	if !natureOf(m.b).hangUp {
		write &^= unix.POLLHUP
	}
	if p[0].Revents&read != 0 {
		what |= Read
	}
	if p[0].Revents&write != 0 {
		what |= Write
	}
	return what
}

// collected compares what the base made active with what is ready. The order of
// fds is the backend's business; on one fd it is the last added first.
func (m *model) collected() {
	var fresh [3][]*modelEvent
	for fd, list := range m.lists {
		for _, e := range list {
			why := e.what & m.ready[fd]
			switch {
			case why == 0:
			case e.active:
				e.why |= why
			default:
				e.active, e.why = true, why
				fresh[e.priority] = append(fresh[e.priority], e)
			}
		}
	}
	for p := range m.queue {
		var got []*modelEvent
		for q, i := &m.b.queues[p], m.b.queues[p].head; i != q.tail; i++ {
			if e := q.ring[i&uint32(len(q.ring)-1)]; e != nil {
				got = append(got, m.of(e))
			}
		}
		n := len(m.queue[p])
		m.must(len(got) == n+len(fresh[p]) && slices.Equal(got[:n], m.queue[p]),
			"queue %d holds %v; want %v, then %v in any order", p, names(got), names(m.queue[p]), names(fresh[p]))
		byFD := func(in []*modelEvent, fd int) (out []*modelEvent) {
			for _, e := range in {
				if e.fd == fd {
					out = append(out, e)
				}
			}
			return out
		}
		for _, e := range fresh[p] {
			m.must(slices.Equal(byFD(got[n:], e.fd), byFD(fresh[p], e.fd)),
				"queue %d: fd %d has %v; want %v", p, e.fd, names(byFD(got[n:], e.fd)), names(byFD(fresh[p], e.fd)))
		}
		m.queue[p] = got
	}
}

// expire makes active what is due, the earliest first.
func (m *model) expire() {
	if !m.due {
		return
	}
	m.due = false
	var due []*modelEvent
	for _, e := range m.evs {
		if e.timed && e.deadline <= m.b.cached {
			due = append(due, e)
		}
	}
	slices.SortFunc(due, func(x, y *modelEvent) int { return int(min(1, max(-1, x.deadline-y.deadline))) })
	for _, e := range due {
		m.remove(e)
		m.activate(e, Timeout)
	}
}

// called is the callback of every event.
func (m *model) called(e *modelEvent, why What) {
	m.log("call %s %v", e.name, why)
	m.expire()
	if m.running == noQueue {
		m.running = slices.IndexFunc(m.queue[:], func(q []*modelEvent) bool { return len(q) > 0 })
		m.must(m.running != noQueue, "%s was called, but nothing is active", e.name)
	}
	m.must(!m.broken && !m.continued, "%s was called after Break or Continue", e.name)
	q := m.queue[m.running]
	m.must(len(q) > 0 && q[0] == e, "%s was called; next in queue %d is %v", e.name, m.running, names(q))
	m.must(e.why == why, "%s was called for %v; want %v", e.name, why, e.why)
	m.ran++
	m.calls++

	if e.what&Persist == 0 {
		m.remove(e)
	} else {
		m.deactivate(e)
		if e.period > 0 {
			at := e.deadline + int64(e.period)
			if why&Timeout == 0 || at < m.b.cached {
				at = m.b.cached + int64(e.period)
			}
			m.add(e, at)
		}
	}
	m.agree()
	m.depth++
	for range m.rng.IntN(4) {
		m.operation()
		m.agree()
	}
	m.depth--
	if m.calls >= 30 || m.rng.IntN(20) == 0 {
		m.log("  break")
		m.b.Break()
		m.broken = true
	}
}

// loop runs the loop with flags that cannot make it sleep for ever.
func (m *model) loop() {
	flags := []Flags{NonBlock, NonBlock | Once}[m.rng.IntN(2)]
	if m.active() > 0 && m.rng.IntN(2) == 0 {
		flags = Once
	}
	m.log("loop %v", flags)
	m.broken, m.calls, m.ran = false, 0, 0
	m.depth++
	reason, err := m.b.Loop(flags)
	m.depth--
	m.expire()
	want := Done
	switch {
	case m.broken:
		want = Broken
	case flags&Once != 0 && m.ran > 0 && m.active() == 0:
	case m.active() > 0:
		m.t.Fatalf("the loop returned %v, but something is active", reason)
	case !slices.ContainsFunc(m.evs, func(e *modelEvent) bool { return e.inserted || e.timed }):
		want = NoEvents
	}
	m.must(reason == want && err == nil, "the loop returned %v, %v; want %v", reason, err, want)
	m.running, m.continued = noQueue, false
}

func (m *model) active() int { return len(m.queue[0]) + len(m.queue[1]) + len(m.queue[2]) }
