package main

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/experiment/lessontest"
	"fdlab/lab/sys"
)

// The lesson as it stands, and what becomes of it when it is broken on purpose.
func TestMain(m *testing.M) {
	right := programs{echo, echo, acceptAndRead, echo, pause, 2 * time.Second}
	with := func(change func(*programs)) func() {
		p := right
		change(&p)
		return p.run
	}
	lessontest.Lesson(m, map[string]func(){
		"":                    main,
		"one after the other": with(func(p *programs) { p.many = untilItLeaves }),
		"nobody listens":      with(func(p *programs) { p.slow = deaf }),
		// The kernel sends a lost SYN again after 1 s, and then after 2 s more.
		"a backlog of one":     with(func(p *programs) { p.slow, p.limit = shortBacklog, 8*time.Second }),
		"accepts all at once":  with(func(p *programs) { p.slow = acceptAll }),
		"reads again":          with(func(p *programs) { p.once = echo }),
		"forgets the rest":     with(func(p *programs) { p.rude = forgetful }),
		"ignores end of file":  with(func(p *programs) { p.rude = endless }),
		"no pause without fds": with(func(p *programs) { p.calm = goOn }),
	})
}

// programs are the servers of the steps.
type programs struct {
	many, slow, once, rude func(*server) error
	calm                   bool
	limit                  time.Duration // some of what is awaited will never happen
}

func (p programs) run() {
	limit = p.limit
	nap = 100 * time.Millisecond
	experiment.Main(experiment.Lesson{
		Name: "07-broken", Steps: []string{"one", "two", "three", "four", "five"}, Keys: keys,
		Run: func(x *experiment.X) {
			d := listen(x)
			x.Step(1)
			many := hundred(d.serve("broken", p.many))
			x.Step(2)
			slow := asleep(d, p.slow)
			if slow.Unreachable != nil {
				d = listen(x) // its listener is gone
			}
			unix.Listen(d.FD, 128)
			x.Step(3)
			once := silent(d.serve("broken", p.once))
			x.Step(4)
			rude := misbehave(d.serve("broken", p.rude))
			x.Step(5)
			judge(x, many, slow, once, rude, scarce(d, goOn), scarce(d, p.calm))
		},
	})
}

// onAccept is echo with another accept callback.
func onAccept(s *server, callback event.Callback) error {
	s.accepts = s.base.NewEvent(s.FD, event.Read|event.Persist, callback).Named("call_accept")
	if err := s.accepts.Add(event.NoTimeout); err != nil {
		return err
	}
	_, err := s.base.Dispatch()
	return err
}

// untilItLeaves serves a client to its end before it accepts the next.
func untilItLeaves(s *server) error {
	return onAccept(s, func(listener int, _ event.What) {
		c, err := s.accept(listener)
		if err != nil {
			return
		}
		if s.Stopping() {
			return
		}
		sys.SetNonblock(c.fd, false)
		for {
			n, err := sys.Read(c.fd, s.buf[:])
			if n <= 0 {
				c.forget(err)
				time.Sleep(5 * time.Millisecond) // no connection is open now, and many wait in the backlog
				return
			}
			sys.Write(c.fd, s.buf[:n])
			c.sent()
		}
	})
}

// deaf stops listening before the three come.
func deaf(s *server) error {
	return onAccept(s, func(listener int, what event.What) {
		s.callAccept(listener, what)
		s.accepts.Del()
		sys.Shutdown(listener, unix.SHUT_RDWR)
	})
}

// shortBacklog has a queue for one client, so that the kernel lets the others
// wait before they are connected.
func shortBacklog(s *server) error {
	unix.Listen(s.FD, 0)
	return echo(s)
}

// acceptAll takes all that wait.
func acceptAll(s *server) error {
	return onAccept(s, func(listener int, what event.What) {
		s.sleep()
		sleeps := s.sleeps.Swap(false)
		for n := -1; n != s.Open(); {
			n = s.Open()
			s.callAccept(listener, what)
		}
		s.sleeps.CompareAndSwap(false, sleeps)
	})
}

// forgetful does not keep what the kernel does not take.
func forgetful(s *server) error {
	return brokenRead(s, func(c *conn, n int, err error) {
		if n <= 0 {
			c.hangUp(err)
			return
		}
		if _, err := sys.Write(c.fd, c.buf[:n]); err == unix.EAGAIN {
			c.stalled()
			return
		}
		c.sent()
	})
}

// endless does not look at the end of file, as the post's.
func endless(s *server) error {
	return brokenRead(s, func(c *conn, n int, err error) {
		if n > 0 {
			c.rest = append(c.rest, c.buf[:n]...)
			c.send()
		}
	})
}

func brokenRead(s *server, did func(c *conn, n int, err error)) error {
	return onAccept(s, func(listener int, _ event.What) {
		c, err := s.accept(listener)
		if err != nil {
			return
		}
		c.reads = s.base.NewEvent(c.fd, event.Read|event.Persist, func(fd int, _ event.What) {
			if n, err := sys.Read(c.fd, s.buf[:]); err != unix.EAGAIN {
				did(c, n, err)
			}
		})
		c.writes = s.base.NewEvent(c.fd, event.Write|event.Persist, c.mayWrite)
		c.reads.Add(event.NoTimeout)
	})
}
