package tcpserver

import (
	"errors"
	"fmt"
	"time"

	"fdlab/lab/experiment"
)

// Script is how it went for the clients of a server's script.
type Script struct {
	Limit       time.Duration // for what should happen at once
	Missed      bool          // something did not happen within Limit
	Unreachable error         // why clients could not even connect
}

// Names are the names of n clients: "client 1", "client 2" ...
func Names(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprint("client ", i+1))
	}
	return names
}

// Dial lets clients connect to the server: Listener.Dial. Those that cannot
// are in Unreachable.
func (s *Server) Dial(names ...string) []*experiment.Client {
	clients, err := s.Listener.Dial(s.Limit, names...)
	s.Unreachable = errors.Join(s.Unreachable, err)
	return clients
}

// Await waits for what should happen at once. After the first thing that does
// not, the others get less time: this run will not decide much.
func (s *Server) Await(ok func() bool) bool {
	limit := s.Limit
	if s.Missed {
		limit /= 50
	}
	happened := s.X.Await(limit, ok)
	s.Missed = s.Missed || !happened
	return happened
}

// Hears waits until a client has heard so much in all, and reports whether it
// was just that.
func (s *Server) Hears(c *experiment.Client, all string) bool {
	return s.Await(func() bool { return len(c.Heard()) >= len(all) || c.HeardEnd() }) && c.Heard() == all
}

// Talk has each client say a line and hear the server's echo of it, then the
// next line. After a miss it waits no more.
func (s *Server) Talk(pause time.Duration, clients []*experiment.Client, lines ...string) {
	said := ""
	for _, line := range lines {
		said += line
		for _, c := range clients {
			c.Say(line)
		}
		for _, c := range clients {
			if !s.Missed {
				s.Hears(c, said)
			}
		}
		s.X.Pause(pause)
	}
}

// Part has all clients leave, waits until the server has seen that, and stops
// it.
func (s *Server) Part(seen func() bool, clients ...*experiment.Client) {
	for _, c := range clients {
		c.Leave()
	}
	s.Await(seen)
	s.Stop()
}
