package event

import (
	"errors"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// What TestModel does to a base: each operation on the base, and on the model.

// step is one random operation outside of callbacks.
func (m *model) step() {
	switch m.rng.IntN(20) {
	case 0, 1, 2, 3, 4:
		m.loop()
	case 5:
		m.closeWatched()
	default:
		m.operation()
	}
}

// operation is one that callbacks may do too.
func (m *model) operation() {
	e, f := m.evs[m.rng.IntN(len(m.evs))], m.files[m.rng.IntN(len(m.files))]
	switch m.rng.IntN(16) {
	case 0, 1, 2, 3:
		m.opAdd(e)
	case 4:
		m.opDel(e)
	case 5, 6:
		m.opActive(e)
	case 7:
		m.opPriority(e)
	case 8:
		hours := time.Duration(m.rng.IntN(3)) * time.Hour
		m.log("%v pass", hours)
		m.b.start -= int64(hours)
	case 9, 10:
		m.log("write fd %d", f.fd)
		unix.Write(f.fd, []byte("x"))
	case 11:
		m.log("fill fd %d", f.fd)
		for block := make([]byte, 1<<16); f.fd >= 0; {
			if _, err := unix.Write(f.fd, block); err != nil {
				break
			}
		}
	case 12, 13:
		m.log("drain fd %d", f.fd)
		for block := make([]byte, 1<<16); f.fd >= 0; {
			if n, _ := unix.Read(f.fd, block); n <= 0 {
				break
			}
		}
	case 14:
		if m.rng.IntN(3) == 0 {
			m.shut(f)
		}
	case 15:
		m.reopen(f)
	}
}

func (m *model) opAdd(e *modelEvent) {
	timeout := NoTimeout
	if m.rng.IntN(2) == 0 {
		// No two deadlines are alike: their order would be nobody's promise.
		timeout = time.Duration(m.rng.IntN(4))*time.Hour + time.Duration(m.rng.Int64N(int64(time.Minute)))
	}
	m.log("add %s %v", e.name, timeout)
	early := m.b.now()
	m.must(e.Add(timeout) == nil, "add %s failed", e.name)
	late := m.b.now()
	at := int64(-1)
	if timeout >= 0 {
		at = e.Event.deadline
		m.must(at >= early+int64(timeout) && at <= late+int64(timeout), "%s is due at %d; want %d to %d, and %v",
			e.name, at, early, late, timeout)
		if e.what&Persist != 0 {
			e.period = timeout
		}
	}
	m.add(e, at)
}

func (m *model) opDel(e *modelEvent) {
	m.log("del %s", e.name)
	m.must(e.Del() == nil, "del %s failed", e.name)
	m.remove(e)
}

func (m *model) opActive(e *modelEvent) {
	why := []What{Timeout, Read, Write}[m.rng.IntN(3)]
	m.log("activate %s %v", e.name, why)
	m.must(e.Active(why) == nil, "activate %s failed", e.name)
	m.activate(e, why)
}

func (m *model) opPriority(e *modelEvent) {
	n := m.rng.IntN(3)
	m.log("priority %s %d", e.name, n)
	if err := e.SetPriority(n); e.active {
		m.must(errors.Is(err, ErrActive), "priority of an active event: %v", err)
	} else {
		m.must(err == nil, "priority: %v", err)
		e.priority = n
	}
}

// Files.

// open makes a pair of files: socket pairs and pipes take turns.
func (m *model) open(kind int) {
	var fds [2]int
	var err error
	if kind%2 == 0 {
		fds, err = unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	} else {
		err = unix.Pipe(fds[:])
	}
	m.must(err == nil, "open: %v", err)
	a, z := &file{fd: fds[0]}, &file{fd: fds[1]}
	a.peer, z.peer = z, a
	for _, f := range []*file{a, z} {
		unix.SetNonblock(f.fd, true)
		m.files = append(m.files, f)
	}
}

// shut closes a file as a program should: its events are deleted first.
func (m *model) shut(f *file) {
	if f.fd < 0 {
		return
	}
	m.log("close fd %d", f.fd)
	fd := f.fd
	for _, e := range m.evs {
		if e.fd == fd {
			m.opDel(e)
		}
	}
	f.fd = -1
	unix.Close(fd)
	for _, e := range m.evs {
		if e.fd == fd {
			m.renew(e)
		}
	}
}

// reopen closes a pair and opens another, which gets the same numbers.
func (m *model) reopen(f *file) {
	at := slices.Index(m.files, f)
	m.shut(f)
	m.shut(f.peer)
	m.files = slices.DeleteFunc(m.files, func(x *file) bool { return x == f || x == f.peer })
	m.open(at / 2)
	for _, e := range m.evs {
		if e.Event == nil || m.rng.IntN(4) == 0 {
			m.renew(e)
		}
	}
}

// renew makes the event anew, on a random open file or none.
func (m *model) renew(e *modelEvent) {
	fd, what := -1, What(0)
	if f := m.random(); f != nil && m.rng.IntN(4) > 0 {
		fd, what = f.fd, []What{Read, Write, Read | Write}[m.rng.IntN(3)]
	}
	if m.rng.IntN(2) == 0 {
		what |= Persist
	}
	if e.Event != nil {
		m.opDel(e)
	}
	*e = modelEvent{name: e.name, priority: 1, Event: m.b.NewEvent(fd, what, func(_ int, why What) { m.called(e, why) })}
	m.log("%s is %v on fd %d", e.name, e.Event, fd)
}

// random returns an open file.
func (m *model) random() *file {
	var open []*file
	for _, f := range m.files {
		if f.fd >= 0 {
			open = append(open, f)
		}
	}
	if len(open) == 0 {
		return nil
	}
	return open[m.rng.IntN(len(open))]
}

// closeWatched closes a file as a program should not. Each backend has its own
// way to notice, and the base names the fd in each.
func (m *model) closeWatched() {
	f := m.random()
	if f == nil || len(m.lists[f.fd]) == 0 || m.active() > 0 {
		return
	}
	for _, e := range m.evs {
		// Only the closed fd is to be noticed in the loop that fails.
		if e.timed || e.fd != f.fd {
			m.opDel(e)
		}
	}
	if len(m.lists[f.fd]) == 0 {
		return
	}
	m.log("close fd %d, which is watched", f.fd)
	fd := f.fd
	haunted := m.rng.IntN(2) == 0 && len(m.ghosts) < 8
	if haunted {
		// A duplicate keeps the file alive, and with it epoll's entry under the
		// old number: its readiness is nobody's any more.
		ghost, err := unix.Dup(fd)
		m.must(err == nil, "dup: %v", err)
		m.ghosts = append(m.ghosts, ghost)
	}
	unix.Close(fd)
	f.fd = -1
	if !natureOf(m.b).forgets {
		o := m.b.backend
		m.b.backend = o.(*observed).backend
		reason, err := m.b.Loop(NonBlock | Once)
		m.must(reason == Failed && errors.Is(err, ErrFDClosed), "the loop returned %v, %v", reason, err)
		m.b.backend = o
	} else if !haunted {
		m.loop() // the kernel forgot it: nothing comes
	}
	for _, e := range m.evs {
		if e.fd != fd {
			continue
		}
		err := e.Del()
		m.must(err == nil || errors.Is(err, ErrFDClosed), "del %s: %v", e.name, err)
		m.remove(e)
	}
	for _, e := range m.evs {
		if e.fd == fd {
			m.renew(e)
		}
	}
}

// The model's side.

func (m *model) add(e *modelEvent, at int64) {
	if e.what&(Read|Write) != 0 && !e.inserted && !e.active {
		e.inserted = true
		m.lists[e.fd] = append([]*modelEvent{e}, m.lists[e.fd]...)
	}
	if at < 0 {
		return
	}
	if e.active && e.why&Timeout != 0 {
		m.deactivate(e)
	}
	e.timed, e.deadline = true, at
}

func (m *model) remove(e *modelEvent) {
	if e.active {
		m.deactivate(e)
	}
	e.timed = false
	if e.inserted {
		e.inserted = false
		m.lists[e.fd] = slices.DeleteFunc(m.lists[e.fd], func(x *modelEvent) bool { return x == e })
		if len(m.lists[e.fd]) == 0 {
			delete(m.lists, e.fd)
		}
	}
}

func (m *model) activate(e *modelEvent, why What) {
	if e.active {
		e.why |= why
		return
	}
	e.active, e.why = true, why
	m.continued = m.continued || e.priority < m.running
	m.queue[e.priority] = append(m.queue[e.priority], e)
}

func (m *model) deactivate(e *modelEvent) {
	e.active = false
	m.queue[e.priority] = slices.DeleteFunc(m.queue[e.priority], func(x *modelEvent) bool { return x == e })
}

func (m *model) of(e *Event) *modelEvent {
	at := slices.IndexFunc(m.evs, func(x *modelEvent) bool { return x.Event == e })
	m.must(at >= 0, "a queue holds an event of nobody's")
	return m.evs[at]
}

// agree compares each event with its model.
func (m *model) agree() {
	m.t.Helper()
	for _, e := range m.evs {
		var want What
		if e.inserted {
			want |= e.what & (Read | Write)
		}
		if e.timed {
			want |= Timeout
		}
		if e.active {
			want |= e.why
		}
		m.must(e.Pending() == want, "%s is pending for %v; want %v", e.name, e.Pending(), want)
		m.must(!e.timed || e.Event.deadline == e.deadline, "%s is due at %d; want %d", e.name, e.Event.deadline, e.deadline)
	}
}

func names(evs []*modelEvent) (out []string) {
	for _, e := range evs {
		out = append(out, e.name)
	}
	return out
}
