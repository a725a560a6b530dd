// Lesson 07: one thread, many clients.
//
// The post's echo server, made right: one thread, one base, any number of
// clients. Then the two things that made its author believe that this cannot
// be: a sleep in the accept callback, and a read in it. What follows from the
// measurements is in verdict.go.
package main

import (
	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/sys"
)

func main() {
	experiment.Main(experiment.Lesson{
		Name:  "07-one-thread-many-clients",
		Title: "one thread, many clients",
		Steps: []string{"a hundred clients", "sleep in the accept callback",
			"one read for each accept", "clients that misbehave",
			"out of file descriptors"},
		Keys:  keys,
		Flags: flags,
		Run:   run,
		Play:  play,
	})
}

func run(x *experiment.X) {
	listener := listen(x)
	offer(x, listener) // the key s switches the sleep on and off

	// 1. The server as it should be. Nobody leaves before all are answered.
	x.Step(1)
	many := hundred(listener.serve("echo", echo))

	// 2. The same server, and the post's sleep before accept(2).
	x.Step(2)
	slow := asleep(listener, echo)

	// 3. The post's other try: accept, then one read(2), in one callback.
	x.Step(3)
	once := silent(listener.serve("one read", acceptAndRead))

	// 4. The server of step 1 again, with clients that misbehave.
	x.Step(4)
	rude := misbehave(listener.serve("echo", echo))

	// 5. accept(2) has no number left to give: without a pause, and with one.
	x.Step(5)
	storm := scarce(listener, goOn)
	calm := scarce(listener, pause)

	judge(x, many, slow, once, rude, storm, calm)
}

// echo is the whole server.
func echo(s *server) error {
	s.accepts = s.base.NewEvent(s.FD, event.Read|event.Persist, s.callAccept)
	if err := s.accepts.Named("call_accept").Add(event.NoTimeout); err != nil {
		return err
	}
	_, err := s.base.Dispatch()
	return err
}

// callAccept takes one client. If more wait, the listener is still ready, and
// the loop calls again.
func (s *server) callAccept(listener int, _ event.What) {
	s.sleep() // the post's sleep(10), if it is switched on
	c, err := s.accept(listener)
	switch {
	case err == unix.EAGAIN || err == unix.ECONNABORTED: // it has left already
	case err == unix.EMFILE || err == unix.ENFILE:
		s.outOfFDs()
	case err != nil:
		s.X.Must("accept", err)
	default:
		on := s.base.NewEvent
		c.reads = on(c.fd, event.Read|event.Persist, c.strEcho).Named(c.name)
		c.writes = on(c.fd, event.Write|event.Persist, c.mayWrite).Named(c.name)
		s.X.Must(c.name, c.reads.Add(event.NoTimeout))
	}
}

// strEcho reads once. What it leaves in the kernel makes the loop call again.
func (c *conn) strEcho(fd int, _ event.What) {
	n, err := sys.Read(fd, c.buf[:]) // one buffer serves all
	switch {
	case err == unix.EAGAIN:
	case err != nil || n == 0: // a reset, or the end of file
		c.hangUp(err)
	default:
		c.note(c.buf[:n])
		c.rest = append(c.rest, c.buf[:n]...)
		c.send()
	}
}

// mayWrite is called when the kernel has room for more of the answer.
func (c *conn) mayWrite(int, event.What) { c.send() }

// send writes what the kernel takes. While something is left over, the server
// does not read from this client, so it holds at most one buffer for each client.
func (c *conn) send() {
	n, err := sys.Write(c.fd, c.rest)
	if err != nil && err != unix.EAGAIN {
		c.hangUp(err)
		return
	}
	c.rest = c.rest[:copy(c.rest, c.rest[max(n, 0):])]
	if len(c.rest) > 0 {
		c.stalled()
		c.reads.Del()
		c.X.Must(c.name, c.writes.Add(event.NoTimeout))
	} else {
		c.sent()
		c.writes.Del()
		c.X.Must(c.name, c.reads.Add(event.NoTimeout))
	}
}
