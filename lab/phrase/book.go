package phrase

import (
	"cmp"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// entry is how records of one kind are said: in few words as a line of the feed,
// and in full as a sentence.
type entry struct {
	brief func(line, *world.Happening) line
	full  func(line, *world.Entry) line
}

// notInFeed is for kinds that the feed has no line for, noSentence for those that
// are no evidence of anything. A new kind needs a row; a test says so.
func notInFeed(l line, _ *world.Happening) line { return l }
func noSentence(l line, _ *world.Entry) line    { return l }

var book = [trace.Kinds]entry{
	trace.None:        {notInFeed, noSentence},
	trace.ThreadBegin: {notInFeed, noSentence},
	trace.ThreadEnd:   {notInFeed, noSentence},
	trace.ProcessOf:   {notInFeed, noSentence},
	trace.Label:       {notInFeed, noSentence},
	trace.BaseNew:     {notInFeed, noSentence},
	trace.BaseFree:    {notInFeed, noSentence},
	trace.Shared:      {notInFeed, noSentence},
	trace.Sleep:       {notInFeed, noSentence},
	trace.Socket:      {notInFeed, noSentence},
	trace.Hold:        {notInFeed, noSentence},
	trace.Release:     {notInFeed, noSentence},
	trace.Offer:       {notInFeed, noSentence},
	trace.Measure:     {notInFeed, noSentence},
	trace.Moment:      {notInFeed, noSentence}, // its words are the lesson's
	trace.Table:       {notInFeed, noSentence},
	trace.Cell:        {notInFeed, noSentence},

	trace.Open: {
		func(l line, h *world.Happening) line {
			return l.say(Aside, "opened fd ").number(Aside, int64(h.FD)).say(Aside, " ").say(Aside, h.Name)
		},
		func(l line, e *world.Entry) line {
			return l.say(Plain, "fd ").number(Plain, int64(e.FD)).say(Plain, " is opened: ").say(Plain, e.Text)
		},
	},
	trace.Close: {
		func(l line, h *world.Happening) line {
			return l.say(Aside, "closed fd ").number(Aside, int64(h.FD)).say(Aside, " ").say(Aside, h.On)
		},
		func(l line, e *world.Entry) line {
			if e.A != 0 {
				return l.say(Plain, "close(").say(Plain, On(e)).say(Plain, ") = -1").errno(e.A)
			}
			return l.say(Plain, On(e)).say(Plain, " is closed")
		},
	},

	trace.LoopBegin: {notInFeed, func(l line, e *world.Entry) line { return l.say(Plain, "dispatch begins") }},
	trace.LoopEnd: {
		func(l line, h *world.Happening) line {
			return l.say(Plain, "dispatch of base ").number(Plain, int64(h.Base)).say(Plain, " returned: ").say(Plain, h.Name)
		},
		func(l line, e *world.Entry) line { return l.say(Plain, "dispatch returns: ").say(Plain, e.Text) },
	},

	trace.Add: {notInFeed, func(l line, e *world.Entry) line {
		return l.say(Plain, "an event is added on ").say(Plain, Subject(On(e), e.Text)).say(Plain, ": ").
			say(Plain, Flags(e.What())).within(e.B)
	}},
	trace.Del: {notInFeed, func(l line, e *world.Entry) line {
		return l.say(Plain, "the event on ").say(Plain, Subject(On(e), e.Text)).say(Plain, " is no longer pending")
	}},
	trace.WaitBegin: {notInFeed, func(l line, e *world.Entry) line {
		return l.say(Plain, e.Text).say(Plain, "(").fds(e.A).within(e.B).say(Plain, ") begins")
	}},
	trace.WaitEnd: {
		func(l line, h *world.Happening) line {
			return l.say(Wait, h.Name).say(Plain, "(").fds(h.Limit).say(Plain, ")").result(h)
		},
		func(l line, e *world.Entry) line {
			return l.say(Plain, e.Text).say(Plain, " = ").number(Plain, e.A).errno(e.B)
		},
	},
	trace.Ready: {notInFeed, func(l line, e *world.Entry) line {
		return l.say(Plain, "the loop is told: ").say(Plain, Subject(On(e), e.Text)).say(Plain, " is ready").reasons(e)
	}},

	trace.CallbackBegin: {notInFeed, func(l line, e *world.Entry) line {
		if e.Inside.Posted() && e.Text != "" {
			return l.say(Plain, article(e.Text)).say(Plain, e.Text).say(Plain, " begins")
		}
		return l.say(Plain, "callback of ").say(Plain, Subject(On(e), e.Text)).say(Plain, " begins").reasons(e)
	}},
	trace.CallbackEnd: {
		func(l line, h *world.Happening) line {
			l = l.say(Callback, "callback ")
			if h.Name != "" || h.FD == trace.NoFD {
				return l.say(Callback, h.Name)
			}
			return l.say(Callback, h.On)
		},
		func(l line, e *world.Entry) line {
			event := ""
			if e.FD < 0 { // it does not say whose it is: its beginning did
				event = e.Inside.Name
			}
			return l.say(Plain, "callback of ").say(Plain, Subject(On(e), event)).say(Plain, " ends")
		},
	},
	trace.Turns: {
		func(l line, h *world.Happening) line {
			if h.Result == 0 { // no event's number
				return l.say(Warning, "turns that call nobody")
			}
			if h.Limit == 0 { // which of several callbacks
				l = l.say(Warning, "turns that call only ")
			} else {
				l = l.say(Warning, "equal turns, they call ")
			}
			return l.say(Warning, cmp.Or(h.On, h.Name, "a timer"))
		},
		func(l line, e *world.Entry) line {
			l = l.many(e.A, " more turn", " more turns")
			if e.C == 0 {
				return l.say(Plain, ", each called nobody")
			}
			l = l.say(Plain, ", each with a callback of ").say(Plain, cmp.Or(On(e), e.Text, "a timer"))
			if e.D > 0 {
				l = l.say(Plain, ", at most ").duration(Plain, e.D).say(Plain, " long")
			}
			return l
		},
	},

	trace.Calls: {
		func(l line, h *world.Happening) line {
			return l.say(Warning, "callbacks of ").say(Warning, cmp.Or(h.Name, h.On, "a timer")).say(Warning, " in one turn")
		},
		func(l line, e *world.Entry) line {
			return l.many(e.A, " more callback", " more callbacks").say(Plain, " of ").say(Plain, cmp.Or(e.Text, On(e), "a timer")).say(Plain, " in the same turn")
		},
	},

	trace.Handling: {notInFeed, func(l line, e *world.Entry) line {
		l = l.say(Plain, "the thread seems to deal with ").say(Plain, On(e))
		if e.Text != "" {
			l = l.say(Plain, " in ").say(Plain, e.Text)
		}
		return l
	}},

	trace.CallBegin: {notInFeed, func(l line, e *world.Entry) line {
		return l.say(Plain, e.Text).say(Plain, "(").say(Plain, On(e)).say(Plain, ") begins, and may block")
	}},
	trace.CallEnd: {
		func(l line, h *world.Happening) line {
			l = l.say(Plain, h.Name).say(Plain, "(")
			if h.FD != trace.NoFD {
				l = l.number(Plain, int64(h.FD)).say(Aside, " ").say(Aside, h.On)
			}
			l = l.say(Plain, ")").result(h)
			if h.Bytes > 0 {
				var raw [16]byte
				l = l.say(Plain, " ").bytes(h.Data(raw[:0]))
			}
			return l
		},
		func(l line, e *world.Entry) line {
			l = l.say(Plain, e.Text).say(Plain, "(").say(Plain, On(e)).say(Plain, ") = ").number(Plain, e.A).errno(e.B)
			return l.moved(e)
		},
	},

	trace.Kernel: {notInFeed, func(l line, e *world.Entry) line {
		if e.What()&^trace.Writable == 0 {
			return l
		}
		l = l.say(Plain, "kernel: ").say(Plain, On(e)).say(Plain, " is ready").reasons(e)
		switch e.Held {
		case world.Number:
			return l.say(Plain, ", its number is ").number(Plain, e.B)
		case world.Clients:
			return l // they need not have sent a byte
		}
		return l.say(Plain, ", ").many(e.B, " byte waits", " bytes wait")
	}},
	trace.Endpoint: {func(l line, h *world.Happening) line {
		return l.say(Plain, "TCP: ").say(Plain, h.Name).say(Plain, " ").say(Warning, world.TCPState(h.Result).String())
	}, noSentence},

	trace.Step: {func(l line, h *world.Happening) line {
		return l.say(Heading, "step: ").prose(Heading, h.Name)
	}, noSentence},
	trace.Note: {func(l line, h *world.Happening) line { return l.prose(Aside, h.Name) }, noSentence},
	trace.Poke: {func(l line, h *world.Happening) line { return l.say(Key, "you: ").say(Plain, h.Name) }, noSentence},
	trace.Check: {func(l line, h *world.Happening) line {
		return append(l, Outcome(trace.Outcome(h.Result))).say(Plain, " ").prose(Plain, h.Name)
	}, noSentence},
	trace.Answer: {func(l line, h *world.Happening) line {
		return l.say(Heading, "the run says ").say(Heading, h.Name)
	}, noSentence},
	trace.Verdict: {func(l line, h *world.Happening) line {
		return l.say(Heading, "verdict: ").prose(Heading, h.Name)
	}, noSentence},
	trace.End: {
		func(l line, h *world.Happening) line {
			return l.say(Aside, "the program ends with status ").number(Aside, h.Result)
		},
		func(l line, e *world.Entry) line {
			return l.say(Plain, "the program exits with status ").number(Plain, e.A)
		},
	},
}

// result says what a call returned, an error by its name.
func (l line) result(h *world.Happening) line {
	if h.Result < 0 {
		return l.say(Plain, " = -1 ").say(Warning, Errno(h.Errno))
	}
	return l.say(Plain, " = ").count(Plain, h.Result)
}

// many says a number with what it counts, in the right form.
func (l line) many(n int64, one, more string) line {
	if n == 1 {
		more = one
	}
	return l.number(Plain, n).say(Plain, more)
}

func (l line) fds(n int64) line { return l.many(n, " fd", " fds") }

// errno says an error, if there is one.
func (l line) errno(n int64) line {
	if n == 0 {
		return l
	}
	return l.say(Plain, " ").say(Plain, Errno(n))
}

// reasons says for what an fd is ready, or a callback called.
func (l line) reasons(e *world.Entry) line {
	return l.say(Plain, " (").say(Plain, Flags(e.What())).say(Plain, ")")
}

// within says a timeout, if there is one.
func (l line) within(ns int64) line {
	if ns < 0 {
		return l
	}
	return l.say(Plain, ", timeout ").duration(Plain, ns)
}

// moved says the first bytes of a call, or for how many calls it stands.
func (l line) moved(e *world.Entry) line {
	if e.Bytes == 0 && e.C > 1 {
		return l.say(Plain, ", ").number(Plain, e.C).say(Plain, " times")
	}
	var raw [16]byte
	data := e.Data(raw[:0])
	if len(data) == 0 || e.A <= 0 {
		return l
	}
	if l = l.say(Plain, " ").bytes(data); int64(len(data)) < e.A {
		l = l.say(Plain, "...")
	}
	return l
}
