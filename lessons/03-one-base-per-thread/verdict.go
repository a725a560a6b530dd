package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/kernel"
)

// judge computes what the run says: checks, the answer, the verdict. It rests
// on order (who was accepted before who had left), on thread ids and on what
// the kernel says, not on times.
func judge(x *experiment.X, nested, turns, shared, alone, both *server, again twice) {
	x.Of(1).AtMoment("nobody-accepts").Check(nested.depth(accepted) == 1 && nested.depth(called) == 2,
		"nested: loops on the stack in the accept callback: %d; in the read callback: %d",
		nested.depth(accepted), nested.depth(called))
	when := nested.secondClient()
	x.Of(1).At(nested.Diary.When(1, accepted, "client 2")).Decides().Check(when == later, "nested: client 2 is accepted only after client 1 has left")
	if nested.waiting.Known {
		x.Of(1).AtMoment("nobody-accepts").Check(nested.waiting.Clients >= 2, "nested: while client 1 is served, %d clients are connected and wait in the backlog",
			nested.waiting.Clients)
	} else {
		x.Of(1).NotJudged("this kernel does not say", "nested: clients wait in the backlog")
	}

	served := turns.secondClient() == meanwhile && turns.answeredBefore("client 2", "client 1") &&
		turns.answeredBefore("client 3", "client 1")
	x.Of(2).At(turns.Diary.When(1, answered, "client 3")).Decides().Check(served, "turns: clients 2 and 3 are answered while client 1 is connected")
	x.Of(2).AtMoment("neither-waits").Check(turns.depth(called) == 1 && len(turns.threads("")) == 1,
		"turns: one thread (used: %d), and never more than one loop on its stack", len(turns.threads("")))

	checkThreads(x, shared)
	checkWork(x, alone, both)
	x.Of(5).AtMoment("the-same-base-twice").Check(errors.Is(again.inside, event.ErrRunning) && errors.Is(again.beside, event.ErrRunning),
		"the same base twice at the same time is refused, in its callback and on another thread")

	if letter, ok := letters[when]; ok {
		x.Answer(letter)
	}
	if when == unclear {
		x.Verdict(experiment.Undecided, "Client 2 was never accepted: somebody else's client was in its way (%d came). "+
			"Run it again.", nested.guests)
		return
	}
	x.Verdict(experiment.Ruling(when == later, !served), "%s %s", outcome(when), other(served))
}

// moments of client 2 are when the outer base noticed it.
type hearing int

const (
	unclear   hearing = iota
	meanwhile         // while client 1 was connected
	later             // only after client 1 had left
	noConnect         // it could not connect
	failing           // the inner dispatch was refused
)

// letters are the options of Predict.
var letters = map[hearing]string{later: "a", noConnect: "b", meanwhile: "c", failing: "d"}

func (s *server) secondClient() hearing {
	in, gone := s.Diary.Index(1, accepted, "client 2"), s.Diary.Index(1, left, "client 1")
	switch {
	case s.Unreachable != nil:
		return noConnect
	case s.Diary.Count(refused, "") > 0:
		return failing
	case in < 0:
		return unclear
	case gone < 0 || in < gone:
		return meanwhile
	}
	return later
}

func outcome(when hearing) string {
	switch when {
	case later:
		return "A dispatch inside a callback kept the outer base waiting until it returned."
	case meanwhile:
		return "The outer base went on while client 1 was served."
	case failing:
		return "The inner dispatch was refused."
	}
	return "Client 2 could not connect."
}

func other(served bool) string {
	if served {
		return "But one thread can have two bases: taking turns, they served all three clients at the same time."
	}
	return "And two bases that took turns in one thread did not serve their clients either."
}

// checkThreads checks that each connection stays on one thread.
func checkThreads(x *experiment.X, s *server) {
	strays, workers := 0, map[uint32]bool{}
	for i := range 6 {
		on := s.threads(fmt.Sprint("client ", i+1))
		if len(on) != 1 {
			strays++
		}
		for id := range on {
			workers[id] = true
		}
	}
	x.Of(3).AtMoment("handed-over").Check(strays == 0, "workers: every callback of a connection ran on one thread; exceptions: %d of 6", strays)
	apart := true
	for _, e := range s.Diary.Entries() {
		apart = apart && (e.Did != accepted || !workers[e.Thread])
	}
	x.Of(3).AtMoment("handed-over").Check(len(workers) == len(s.threadsOfWorkers()) && apart,
		"workers: the 6 connections ran on %d threads, none of them the acceptor's", len(workers))
}

// checkWork compares one worker with two. That callbacks overlap is order. The
// time that this saves depends on how busy the machine is, and is not judged.
func checkWork(x *experiment.X, alone, both *server) {
	const overlap = "%s: callbacks that ran at the same time as another: %d"
	x.Of(4).Check(alone.together() == 0, overlap, alone.workers(), alone.together())
	if n := both.together(); n == 0 && len(both.callers()) > 1 {
		x.Of(4).NotJudged("this machine had no second processor free for so long", overlap, both.workers(), n)
	} else {
		x.Of(4).Check(n > 0, overlap, both.workers(), n)
	}
	if !kernel.PerThread {
		x.Of(4).NotJudged("this system counts no CPU time for each thread", "%s share the work", both.workers())
		return
	}
	one, busiest := slices.Max(alone.cpu), slices.Max(both.cpu)
	x.Of(4).TimingCheck(busiest < one*9/10, "CPU time of the busiest worker: %s: %s; %s: %s",
		alone.workers(), experiment.Brief(one), both.workers(), experiment.Brief(busiest))
}

// workers says how many there are.
func (s *server) workers() string {
	if len(s.threadsOfWorkers()) == 1 {
		return "1 worker"
	}
	return fmt.Sprintf("%d workers", len(s.threadsOfWorkers()))
}

func table(x *experiment.X, servers ...*server) {
	t := experiment.NewTable("the same work, by one worker and by two",
		"workers", "answers", "time for all", "CPU of the busiest")
	for _, s := range servers {
		t.Row(fmt.Sprint(len(s.threadsOfWorkers())), experiment.Counted(int64(s.Diary.Count(answered, ""))),
			experiment.Lasted(s.took()), experiment.Lasted(slices.Max(s.cpu)))
	}
	x.Table(t)
}

// took is the time from the first read callback to the last answer.
func (s *server) took() time.Duration {
	var first, last time.Time
	for _, e := range s.Diary.Entries() {
		if e.Did == called && first.IsZero() {
			first = e.At
		}
		if e.Did == answered {
			last = e.At
		}
	}
	return last.Sub(first)
}

// together counts the callbacks that began while another one, on another
// thread, had not answered yet.
func (s *server) together() (n int) {
	busy := map[uint32]bool{}
	for _, e := range s.Diary.Entries() {
		switch e.Did {
		case called:
			if len(busy) > 0 && !busy[e.Thread] {
				n++
			}
			busy[e.Thread] = true
		case answered, left:
			delete(busy, e.Thread)
		}
	}
	return n
}

// callers returns the threads that ran a read callback.
func (s *server) callers() map[uint32]bool {
	on := map[uint32]bool{}
	for _, e := range s.Diary.Entries() {
		if e.Did == called {
			on[e.Thread] = true
		}
	}
	return on
}

// answeredBefore reports whether one client was answered before another left.
func (s *server) answeredBefore(one, other string) bool {
	answer, gone := s.Diary.Index(1, answered, one), s.Diary.Index(1, left, other)
	return answer >= 0 && gone >= 0 && answer < gone
}

// depth returns how many loops were on the stack at most.
func (s *server) depth(did string) (n int) {
	for _, e := range s.Diary.Entries() {
		if e.Did == did {
			n = max(n, e.Loops)
		}
	}
	return n
}

// threads returns the threads that ran a client's read callbacks; for "" those
// that did anything.
func (s *server) threads(client string) map[uint32]bool {
	on := map[uint32]bool{}
	for _, e := range s.Diary.Entries() {
		if client == "" || e.Who == client && e.Did != accepted {
			on[e.Thread] = true
		}
	}
	return on
}
