package main

import (
	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/experiment/tcpserver"
	"fdlab/lab/sys"
)

// listen opens a port, with the post's backlog. It stays open from step to step.
func listen(x *experiment.X, port uint16) *tcpserver.Listener {
	l := tcpserver.Listen(x, port, 10)
	l.Announce()
	return l
}

// What the diary says of a connection.
const (
	accepted = "accepted"
	called   = "called"   // the read callback began
	answered = "answered" // it is about to write
	left     = "left"     // the client's end of file was read
	refused  = "refused"  // the inner dispatch gave an error
)

// server is one of the lesson's programs at work.
type server struct {
	*tcpserver.Server
	work func() // what the read callback does before it answers; nil: nothing
	seen        // what the script measures
}

// conn is an accepted connection.
type conn struct {
	fd   int
	name string // "client 1"
}

// serve runs a program on an OS thread of its own.
func serve(l *tcpserver.Listener, name string, program func(*server) error) *server {
	s := &server{Server: tcpserver.New(l)}
	s.Limit = limit
	s.Thread(name, func() error { return program(s) })
	return s
}

// onAccept has base accept clients; each is handed to do.
func (s *server) onAccept(base *event.Base, do func(*conn)) {
	accept := func(listener int, _ event.What) {
		if s.Stopping() {
			return
		}
		fd, name, err := s.Accept(listener)
		if err == unix.EAGAIN || err == unix.ECONNABORTED {
			return // it had left before we came
		}
		s.X.Must("accept", err) // the listener stays ready: to go on would be to spin
		s.Did(accepted, name)
		s.X.Note("    %s accepts %s", base.Name(), name)
		do(&conn{fd, name})
	}
	ev := base.NewEvent(s.FD, event.Read|event.Persist, accept).Named("call_accept")
	s.X.Must("call_accept", ev.Add(event.NoTimeout))
}

// onRead has base echo what the client says. It must be called on the thread
// that runs base. A short answer always finds room in the kernel; lesson 07
// repairs that.
func (s *server) onRead(base *event.Base, c *conn) {
	var ev *event.Event
	buf := make([]byte, 512)
	ev = base.NewEvent(c.fd, event.Read|event.Persist, func(fd int, _ event.What) {
		s.Did(called, c.name)
		n, err := sys.Read(fd, buf)
		switch {
		case err == unix.EAGAIN:
			return
		case err != nil || n == 0: // a reset, or the end of file
			ev.Del()
			s.Did(left, c.name)
			s.Close(fd)
			return
		case s.work != nil:
			s.work()
		}
		s.Did(answered, c.name)
		sys.Write(fd, buf[:n])
	}).Named(c.name)
	s.X.Must(c.name, ev.Add(event.NoTimeout))
}

// returned tells that the inner dispatch is over.
func (s *server) returned(c *conn, reason event.Reason, err error) {
	if err != nil {
		s.Did(refused, c.name)
		s.X.Note("    the inner dispatch for %s: %v", c.name, err)
		return
	}
	s.X.Note("    %s has left, the inner dispatch returns: %s", c.name, reason)
	s.X.Moment("inner-returns", s.FD)
}
