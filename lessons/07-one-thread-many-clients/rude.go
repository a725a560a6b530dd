package main

import (
	"fmt"
	"strings"

	"fdlab/lab/experiment"
)

// escapes would clear a terminal, and give its window another name.
const escapes = "\x1b[2J\x1b]0;mine\a\n"

// misbehave brings a polite client, and others.
func misbehave(s *server) *server {
	clients := s.dial("polite", "silent", "escapes", "ends", "resets", "deaf")
	polite, silent, escape := clients[0], clients[1], clients[2]
	ends, resets, deaf := clients[3], clients[4], clients[5]
	said := ""
	greet := func() bool {
		said += "hello\n"
		polite.Say("hello\n")
		return s.Hears(polite, said)
	}
	about := ""
	find := func(ok bool, format string, args ...any) {
		s.rude = append(s.rude, finding{ok, fmt.Sprintf(format, args...), about})
	}

	escape.Say(escapes)
	find(s.Hears(escape, escapes) && greet(), "escape sequences: sent back as they are, quoted on this screen")

	ends.Say("bye\n")
	ends.Finish()
	closed := s.Hears(ends, "bye\n") && s.Await(ends.HeardEnd)
	find(closed && greet(), "an end of file: read gives 0, and the server closes its end too")

	resets.Say("bye\n")
	s.Hears(resets, "bye\n")
	resets.Reset()
	gone := s.Await(func() bool { return s.Diary.Count(reset, "resets") > 0 })
	find(gone && greet(), "a reset: read gives ECONNRESET, the connection is closed, and the others go on")

	// Not one line in it, so that nothing can be left out unseen.
	mib := strings.Repeat("0123456789abcde\n", 1<<16)
	s.quiet.Store(true)
	deaf.Deaf(true)
	deaf.Say(mib)
	full := s.Await(func() bool { return s.Diary.Count(stalled, "deaf") > 0 })
	s.X.Note("deaf has said 1 MiB and does not read: the kernel takes no more of the answer")
	s.X.Pause(moment)
	about = "deaf"
	find(full && greet(), "1 MiB from a client that does not read: write gives EAGAIN, and the others go on")
	about = ""
	s.X.Moment("deaf")
	deaf.Deaf(false)
	find(s.Hears(deaf, mib), "when it reads again, it gets all %s bytes, in order", experiment.Thousands(len(deaf.Heard())))
	s.quiet.Store(false)

	find(silent.Heard() == "" && !silent.HeardEnd() && greet(), "a client that says nothing: it stays, and costs nothing but its fd")
	s.part(clients...)
	find(s.most <= len(s.buf), "for one client the server kept %s at most", experiment.Number(s.most, "byte"))
	return s
}
