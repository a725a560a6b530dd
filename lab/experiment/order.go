package experiment

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

// Hears returns when the engine heard the speaker, who spoke while the other
// source was silent. It rests on order alone: what was read before what else
// was said. The first message decides that can: one that a person wrote
// before, or while time was held, can make a message say nothing.
func (t *Trial) Hears(speaker, silent string) Hearing {
	spoke, other := t.source(speaker), t.source(silent)
	spoke.mu.Lock()
	defer spoke.mu.Unlock()
	if other != spoke {
		other.mu.Lock()
		defer other.mu.Unlock()
	}
	for i := range spoke.messages {
		if h := hearing(&spoke.messages[i], spoke, other); h != Unclear {
			return h
		}
	}
	return Unclear
}

func hearing(m *message, spoke, other *Source) Hearing {
	inOther := other.during(m.said)
	if spoke.during(m.said) && !inOther {
		return Unclear // the engine was just waiting for this source
	}
	broke, byHand, broken := other.breaksSilence(m.said)
	switch {
	case !broken:
		return Unclear // the other never spoke or ended afterwards
	case m.read.IsZero():
		return Never
	case m.read.Before(broke):
		return AtOnce
	case byHand && !inOther:
		return Unclear // a person was faster than the engine
	case !other.endRead.IsZero() && m.read.After(other.endRead):
		return Finished
	}
	return Later
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
func (t *Trial) Unread() int {
	n := 0
	for _, s := range t.Sources {
		s.mu.Lock()
		n += len(s.messages) - s.heard
		s.mu.Unlock()
	}
	return n
}

// Wait returns for how long the n-th message of a source, from 1, was on its
// way, and how long the other source was silent from then on. It is not ok if
// either did not happen.
func (t *Trial) Wait(speaker string, n int, silent string) (wait, silence time.Duration, ok bool) {
	spoke, other := t.source(speaker), t.source(silent)
	spoke.mu.Lock()
	if n > spoke.heard {
		spoke.mu.Unlock()
		return 0, 0, false
	}
	m := spoke.messages[n-1]
	spoke.mu.Unlock()
	other.mu.Lock()
	defer other.mu.Unlock()
	broke, _, ok := other.breaksSilence(m.said)
	return m.latency(), broke.Sub(m.said), ok
}
