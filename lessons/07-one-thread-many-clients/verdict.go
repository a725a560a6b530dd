package main

import (
	"errors"

	"golang.org/x/sys/unix"

	"fdlab/lab/experiment"
)

// judge computes what the run says: checks, the answer, the verdict. It rests
// on order and counts, on thread ids and on what the kernel says.
func judge(x *experiment.X, many, slow, once, rude, storm, calm *server) {
	lines := 3 * many.clients
	table(x, many, slow, once, storm, calm)
	served := many.Unreachable == nil && many.answers == lines && many.Diary.Index(1, accepted, "") >= 0 &&
		many.lastAnswer() < many.firstLeft()
	x.Of(1).At(many.Diary.When(many.Diary.Count(answered, ""), answered, "")).Decides().Check(served, "%d clients are connected at the same time; answered: %d lines of %d", many.clients, many.answers, lines)
	x.Of(1).AtMoment("all-answered").Check(many.threads() == 1, "threads that accepted, read and wrote: %d", many.threads())

	checkSleep(x, slow)
	checkOneRead(x, once)
	for _, f := range rude.rude {
		x.Of(4).AtMoment(f.moment).Check(f.ok, "%s", f.text)
	}
	checkScarce(x, storm, calm)

	letter := slow.answer()
	if letter != "" {
		x.Answer(letter)
	}
	if !served && (many.byHand.Load() || x.Guests() > 0) {
		x.Verdict(experiment.Undecided, "Not all were answered, but you were in the way (the sleep, or a client of yours). Run it again.")
		return
	}
	// The claim is that this cannot be.
	x.Verdict(experiment.Ruling(!served), "%s", words(many, slow, once, served))
}

// table shows the servers side by side.
func table(x *experiment.X, many, slow, once, storm, calm *server) {
	t := experiment.NewTable("one thread each", "server", "clients", "answers", "turns", "EMFILE", "CPU")
	row := func(name string, clients int, s *server) {
		t.Row(name, experiment.Counted(int64(clients)), experiment.Counted(int64(s.Diary.Count(answered, ""))),
			experiment.Counted(int64(s.stats.Turns)), experiment.Counted(s.emfile.Load()),
			experiment.Lasted(s.Threads()[0].CPU()))
	}
	row("as it should be", many.clients, many)
	row("sleep in accept", 4, slow)
	row("one read", 4, once)
	row("out of fds, no pause", 4, storm)
	row("out of fds, with pause", 4, calm)
	x.Table(t)
}

func words(many, slow, once *server, served bool) string {
	if !served {
		return "One thread did not answer all of its clients."
	}
	text := "One thread with one base answered all clients, while all of them were connected."
	switch {
	case slow.delayed() && once.blocked():
		text += " A sleep in the accept callback made them wait, and so did a read in it that blocks."
	case slow.delayed():
		text += " A sleep in the accept callback made them wait."
	case once.blocked():
		text += " A read in the accept callback that blocks made them wait."
	}
	return text
}

// answer is the option of Predict that step 2 shows, or "".
func (s *server) answer() string {
	var no unix.Errno
	switch {
	case errors.As(s.Unreachable, &no) && no == unix.ECONNREFUSED:
		return "a"
	case s.Missed || s.Diary.Count(awoke, "") == 0:
		return ""
	case !s.together():
		return "c"
	case s.oneForEachSleep():
		return "b"
	case s.sleepsBefore("client 4") == 1:
		return "d"
	}
	return ""
}

// together reports whether all were connected before the first was accepted.
func (s *server) together() bool {
	third, first := s.Diary.Index(1, connected, "client 4"), s.Diary.Index(1, awoke, "")
	return s.Unreachable == nil && third >= 0 && third < first
}

func (s *server) oneForEachSleep() bool {
	return s.sleepsBefore("client 2") == 1 && s.sleepsBefore("client 3") == 2 && s.sleepsBefore("client 4") == 3
}

// sleepsBefore counts the sleeps until a client was accepted.
func (s *server) sleepsBefore(client string) (n int) {
	for _, e := range s.Diary.Entries() {
		if e.Did == awoke {
			n++
		}
		if e.Did == accepted && e.Who == client {
			return n
		}
	}
	return -1
}

// askedInTime reports whether client 1 spoke while the accept callback slept.
func (s *server) askedInTime() bool {
	began, asked, woke := s.Diary.Index(1, fellAsleep, ""), s.Diary.Index(1, said, "client 1"), s.Diary.Index(1, awoke, "")
	return began >= 0 && began < asked && asked < woke
}

// delayed reports whether client 1, who had been served at once, had to wait
// for the end of a sleep.
func (s *server) delayed() bool {
	woke, answer := s.Diary.Index(1, awoke, ""), s.Diary.Index(2, answered, "client 1")
	return s.askedInTime() && woke < answer
}

func checkSleep(x *experiment.X, s *server) {
	const here = "sleep: "
	if s.waiting.Known {
		x.Of(2).AtMoment("asleep").Check(s.together() && s.waiting.Clients >= 3, here+"%d clients are connected and wait in the backlog before one is accepted", s.waiting.Clients)
	} else {
		x.Of(2).AtMoment("asleep").Check(s.together(), here+"three clients are connected before one is accepted")
	}
	if s.byHand.Load() || x.Guests() > 0 {
		x.Of(2).Decides().NotJudged("you were in the way", here+"each sleep lets one client in")
	} else {
		x.Of(2).At(s.Diary.When(1, accepted, "client 2")).AtMoment("one-by-one").Decides().Check(s.oneForEachSleep(), here+"clients 2, 3 and 4 are accepted after %d, %d and %d sleeps",
			s.sleepsBefore("client 2"), s.sleepsBefore("client 3"), s.sleepsBefore("client 4"))
	}
	if s.Unreachable == nil && !s.askedInTime() {
		why := "the machine was held up for as long as the sleep"
		if s.byHand.Load() || x.Guests() > 0 {
			why = "you were in the way"
		}
		x.Of(2).NotJudged(why, here+"client 1 has to wait for its end")
		return
	}
	x.Of(2).At(s.Diary.When(2, answered, "client 1")).Check(s.delayed(), here+"client 1, accepted long before, is answered only when a sleep is over")
}

// blocked reports whether nobody was accepted while the first was read.
func (s *server) blocked() bool {
	begun, spoke := s.Diary.Index(1, reading, "client 1"), s.Diary.Index(1, said, "client 1")
	next := s.Diary.Index(1, accepted, "client 2")
	return begun >= 0 && begun < spoke && spoke < next
}

func checkOneRead(x *experiment.X, s *server) {
	const here = "one read: "
	x.Of(3).At(s.Diary.When(1, accepted, "client 2")).AtMoment("blocked-in-read").Check(s.blocked(), here+"while client 1 says nothing, client 2 is not accepted")
	x.Of(3).AtMoment("ready-for-ever").Check(s.answers == 4 && s.unread >= 18, here+"second lines that are never read: %d bytes; answers: %d, one for each of 4 clients",
		s.unread, s.answers)
}

func checkScarce(x *experiment.X, storm, calm *server) {
	const here = "out of fds: "
	x.Of(5).AtMoment("no-number-left").Check(storm.emfileSoFar > 1000, here+"without a pause the loop spins: accept gave EMFILE %s times", experiment.Thousands(storm.emfile.Load()))
	x.Of(5).Check(calm.emfileSoFar > 0 && calm.emfileSoFar < 100, here+"with a pause it waits: %s times", experiment.Thousands(calm.emfile.Load()))
	for _, s := range []*server{storm, calm} {
		came, gone := s.Diary.Index(1, accepted, "client 3"), s.Diary.Index(1, left, "client 1")
		x.Of(5).At(s.Diary.When(1, accepted, "client 3")).Check(gone >= 0 && gone < came && s.Diary.Count(answered, "client 3") > 0,
			here+"%s: client 3 is accepted and answered when client 1 has left", manner(s.pauses))
	}
}

// threads counts the threads that did anything for a client.
func (s *server) threads() int {
	on := map[uint32]bool{}
	for _, did := range []string{accepted, answered, left} {
		for _, e := range s.Diary.Find(did, "") {
			on[e.Thread] = true
		}
	}
	return len(on)
}

// lastAnswer is where the diary has the last answer.
func (s *server) lastAnswer() int { return s.Diary.Index(s.Diary.Count(answered, ""), answered, "") }

// firstLeft is where it has the first client that left; if none has, its end.
func (s *server) firstLeft() int {
	if at := s.Diary.Index(1, left, ""); at >= 0 {
		return at
	}
	return len(s.Diary.Entries())
}
