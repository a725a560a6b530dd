package engine

import "time"

// Hearing is when an engine heard a source that spoke while another was
// silent.
type Hearing int

const (
	Unclear  Hearing = iota // this run does not say
	AtOnce                  // while the other was still silent
	Later                   // only after the other had spoken
	Finished                // only after the other had ended
	Never                   // not at all
)

// Heard is what a run shows about that, and the message that shows it.
type Heard struct {
	When    Hearing
	Message string        // "b1"
	Waited  time.Duration // how long it was on its way, if it was read
	Read    time.Time     // when it was read; zero: never
	Silence time.Duration // from when it was said until the other spoke or ended
	Delayed time.Duration // for how long meanwhile the engine could have run and got no processor
}

// Hears returns when the engine heard the speaker, who spoke while the other
// source was silent. It rests on order alone: what was read before what else
// was said. The first message decides that can: a person who writes at the
// wrong moment can make a message say nothing. So can a machine that gives the engine no
// processor for most of the silence: then the result is Unclear, and Delayed is not 0.
func (r *Run) Hears(speaker, silent string) Heard {
	spoke, other := r.source(speaker), r.source(silent)
	delay := r.Delay()
	spoke.mu.Lock()
	defer spoke.mu.Unlock()
	other.mu.Lock()
	defer other.mu.Unlock()
	var starved Heard
	for i := range spoke.messages {
		h := heard(&spoke.messages[i], spoke, other, delay)
		if h.When != Unclear {
			return h
		}
		if h.Delayed > starved.Delayed {
			starved = h
		}
	}
	return starved
}

// heard judges one message. delay is the run's by now.
func heard(m *message, spoke, other *Source, delay time.Duration) Heard {
	inOther := other.during(m.said)
	if spoke.during(m.said) && !inOther {
		return Heard{} // the engine was just waiting for this source
	}
	if other.freedByHand(m.said) {
		return Heard{} // the silence was over already, and the engine on its way
	}
	broke, byHand, broken := other.breaksSilence(m.said)
	if !broken {
		return Heard{} // the other never spoke or ended afterwards
	}
	h := Heard{Message: m.text, Waited: m.latency(), Read: m.read, Silence: broke.Sub(m.said), Delayed: m.delayed}
	switch {
	case m.read.IsZero():
		h.When, h.Waited, h.Delayed = Never, 0, delay-m.before
	case m.read.Before(broke):
		h.When = AtOnce
	case byHand && !inOther:
		return Heard{} // a person was faster than the engine
	case !other.endRead.IsZero() && m.read.After(other.endRead):
		h.When = Finished
	default:
		h.When = Later
	}
	if h.When != AtOnce && h.Delayed > h.Silence/2 {
		h.When = Unclear // it could not have heard it at once
	}
	return h
}

// during reports whether a read(2) of the source, one that could block, was
// going on at that time.
func (s *Source) during(at time.Time) bool {
	for _, read := range s.blocked {
		if read.began.Before(at) && read.ended.After(at) {
			return true
		}
	}
	return false
}

// freedByHand reports whether a person had made the source speak before that
// time, and the engine had not read it yet.
func (s *Source) freedByHand(at time.Time) bool {
	for _, m := range s.messages {
		if m.byHand && m.said.Before(at) && (m.read.IsZero() || m.read.After(at)) {
			return true
		}
	}
	return false
}

// breaksSilence returns when the source spoke or ended for the first time
// after that time, and whether a person made it do so.
func (s *Source) breaksSilence(after time.Time) (at time.Time, byHand, ok bool) {
	for _, m := range s.messages {
		if m.said.After(after) {
			return m.said, m.byHand, true
		}
	}
	return s.endSaid, false, s.endSaid.After(after)
}

// Unread returns how many messages the engine has not read.
func (r *Run) Unread() int {
	n := 0
	for _, s := range r.Sources {
		s.mu.Lock()
		n += len(s.messages) - s.heard
		s.mu.Unlock()
	}
	return n
}
