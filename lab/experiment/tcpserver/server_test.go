package tcpserver_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/experiment/lessontest"
	"fdlab/lab/experiment/tcpserver"
	"fdlab/lab/sys"
)

// serve is an experiment with a server that reads once from each client, in its
// accept callback, with a call that blocks.
func serve(script func(x *experiment.X, s *tcpserver.Server)) func() {
	return func() {
		experiment.Main(experiment.Lesson{Name: "00-server", Steps: []string{"one"}, Run: func(x *experiment.X) {
			s := tcpserver.New(tcpserver.Listen(x, 0, 10))
			s.Limit, s.Blocks = 5*time.Second, true
			base := s.Base("server")
			accepts := base.NewEvent(s.FD, event.Read|event.Persist, func(listener int, _ event.What) {
				fd, name, err := s.Accept(listener)
				if err != nil || s.Stopping() {
					return
				}
				s.Did("accepted", name)
				sys.SetNonblock(fd, false)
				var buf [16]byte
				n, _ := sys.Read(fd, buf[:])
				sys.Write(fd, buf[:max(n, 0)])
				s.Did("answered", name)
			})
			x.Must("accept", accepts.Add(event.NoTimeout))
			s.Thread("server", func() error {
				_, err := base.Dispatch()
				return err
			})
			script(x, s)
			x.Verdict(experiment.True, "done")
		}})
	}
}

func TestMain(m *testing.M) {
	lessontest.Main(m, map[string]func(){
		"stopped in a read": serve(func(x *experiment.X, s *tcpserver.Server) {
			s.Dial("silent")
			s.Await(func() bool { return s.Diary.Count("accepted", "silent") == 1 })
			s.Dial("late")
			x.Note("in the backlog: %s; open: %d", s.Backlog(), s.Open())
			s.Stop()
			x.Note("stopped; accepted: %d", s.Diary.Count("accepted", ""))
		}),
		"unread": serve(func(x *experiment.X, s *tcpserver.Server) {
			c := s.Dial("client")[0]
			c.Say("hello\n")
			x.Note("hears hello: %v", s.Hears(c, "hello\n"))
			c.Say("more\n")
			s.Await(func() bool { return s.Unread()["client"] == 5 })
			x.Note("unread: %d; missed: %v", s.Unread()["client"], s.Missed)
			s.Part(func() bool { return true }, c)
		}),
		"refused": serve(func(x *experiment.X, s *tcpserver.Server) {
			s.Listener.Close()
			s.Dial("client")
			x.Note("refused: %v", errors.Is(s.Unreachable, unix.ECONNREFUSED))
		}),
		"missed": serve(func(x *experiment.X, s *tcpserver.Server) {
			s.Limit = 500 * time.Millisecond
			s.Await(func() bool { return false })
			began := time.Now()
			s.Await(func() bool { return false })
			x.Note("missed: %v; the second wait was shorter: %v", s.Missed, time.Since(began) < s.Limit)
		}),
		"a thread fails": serve(func(x *experiment.X, s *tcpserver.Server) {
			s.Thread("worker", func() error { return errors.New("no luck") })
			s.Stop()
		}),
	})
}

func TestAServerEndsAndSaysWhatItMet(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		words  []string
	}{
		"stopped in a read": {0, []string{"stopped; accepted: 1"}},
		"unread":            {0, []string{"hears hello: true", "unread: 5; missed: false"}},
		"refused":           {0, []string{"refused: true"}},
		"missed":            {0, []string{"missed: true; the second wait was shorter: true"}},
		"a thread fails":    {3, []string{"no luck", "could not be judged"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := lessontest.Record(t, lessontest.Command(t, name))
			account, status := p.End()
			lessontest.Says(t, account, c.words...)
			if name == "stopped in a read" && !strings.Contains(account, "this kernel does not say") {
				lessontest.Says(t, account, "in the backlog: 1; open: 1")
			}
			if open := p.OpenFDs(); status != c.status || len(open) > 0 {
				t.Errorf("status %d, fds %v were left open:\n%s", status, open, account)
			}
		})
	}
}
