package tcpserver

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/experiment/loop"
	"fdlab/lab/kernel"
	"fdlab/lab/sys"
)

// Server is a program at work on a listener: its bases, its threads and its
// connections. Any thread may call its methods.
type Server struct {
	*Listener
	Diary experiment.Diary // what Did has written

	// Blocks says that a callback may block in read(2) on a connection: Stop
	// ends such a read with shutdown(2). It is set before the first Thread.
	Blocks bool

	Script // what the script's clients met

	mu       sync.Mutex
	bases    map[*event.Base]bool // those that may run
	conns    map[int]string       // the names of those that are open, by fd
	threads  []*experiment.Thread
	stopping atomic.Bool
	halt     func()
	err      error // valid when halted
}

// New returns a server that has nothing yet. It is stopped when the experiment
// ends, or by Stop; the listener stays open.
func New(l *Listener) *Server {
	s := &Server{Listener: l, bases: map[*event.Base]bool{}, conns: map[int]string{}}
	s.halt = sync.OnceFunc(s.end)
	l.X.Cleanup(s.halt)
	return s
}

// Thread starts a thread of the server. Stop waits for it.
func (s *Server) Thread(name string, do func() error) *experiment.Thread {
	s.mu.Lock()
	defer s.mu.Unlock()
	thread := s.X.Thread(name, do)
	s.threads = append(s.threads, thread)
	return thread
}

// Threads returns the threads that were started, in their order.
func (s *Server) Threads() []*experiment.Thread {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*experiment.Thread(nil), s.threads...)
}

// Base makes a base. Stop breaks its loop off and closes it.
func (s *Server) Base(name string) *event.Base {
	return s.Own(loop.NewBase(s.X, event.Config{Name: name}))
}

// Own gives the server a base that was made elsewhere, as if by Base.
func (s *Server) Own(base *event.Base) *event.Base {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bases[base] = true
	if s.Stopping() {
		base.Post(base.Break)
	}
	return base
}

// Free closes a base that has done its work.
func (s *Server) Free(base *event.Base) {
	s.mu.Lock()
	delete(s.bases, base)
	s.mu.Unlock()
	base.Close()
}

// Has reports whether the server has a base of that name that is not freed.
func (s *Server) Has(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for base := range s.bases {
		if base.Name() == name {
			return true
		}
	}
	return false
}

// Accept is accept(2): X.AcceptFrom. The connection is on the server's list
// until Close, or until Stop closes it.
func (s *Server) Accept(listener int) (fd int, name string, err error) {
	fd, name, err = s.X.AcceptFrom(listener)
	if err == nil {
		s.mu.Lock()
		s.conns[fd] = name
		s.mu.Unlock()
	}
	return fd, name, err
}

// Close is close(2) for a connection. Its events must be gone before.
func (s *Server) Close(fd int) {
	s.mu.Lock()
	delete(s.conns, fd) // first: the number may be another connection's at once
	s.mu.Unlock()
	sys.Close(fd)
}

// Name returns the name of the client on an open connection.
func (s *Server) Name(fd int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns[fd]
}

// Open returns how many connections are open.
func (s *Server) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// Unread asks the kernel how many bytes it keeps that the server has not read,
// for each client that has any.
func (s *Server) Unread() map[string]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	unread := map[string]int64{}
	for fd, name := range s.conns {
		state, err := kernel.Look(fd)
		if err != nil {
			s.X.Invalidate(fmt.Errorf("what waits for the server from %s: %w", name, err))
		}
		if state.Queued > 0 {
			unread[name] += state.Queued
		}
	}
	return unread
}

// Waiting returns the fds of the clients of which the kernel keeps bytes that the
// server has not read.
func (s *Server) Waiting() (fds []int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for fd := range s.conns {
		if state, err := kernel.Look(fd); err == nil && state.Queued > 0 {
			fds = append(fds, fd)
		}
	}
	slices.Sort(fds)
	return fds
}

// Did keeps the diary of a scripted run. Nobody reads that of an interactive
// one, which may go on for ever.
func (s *Server) Did(did, who string) {
	if !s.X.Interactive() {
		s.Diary.Add(did, who)
	}
}

// Stopping reports whether the server is being stopped. A callback that would
// block, or bring another client, must not begin then.
func (s *Server) Stopping() bool { return s.stopping.Load() }

// end ends the loops and threads, wherever they are, and closes what is open.
func (s *Server) end() {
	s.mu.Lock()
	s.stopping.Store(true)
	for base := range s.bases {
		base.Post(base.Break)
	}
	if s.Blocks {
		for fd := range s.conns {
			sys.Shutdown(fd, unix.SHUT_RDWR)
		}
	}
	s.mu.Unlock()
	for joined := 0; joined < len(s.Threads()); joined++ { // one may start another
		if err := s.Threads()[joined].Join(); s.err == nil {
			s.err = err
		}
	}
	for base := range s.bases {
		base.Close()
	}
	for fd := range s.conns {
		sys.Close(fd)
	}
}

// Stop ends the server. If one of its threads has failed, so does the
// experiment.
func (s *Server) Stop() {
	if s.halt(); s.err != nil {
		s.X.Fail(s.err)
	}
}
