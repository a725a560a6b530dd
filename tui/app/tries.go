package app

import (
	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/stage"
)

// triesOf returns what there is to do by hand in a lesson. It stays done in the runs
// that follow: most of it needs another set-up, and so a run of its own.
func (m *Model) triesOf(l *course.Lesson) []stage.Try {
	if m.tries[l.Slug] == nil {
		for _, one := range l.Tries {
			m.tries[l.Slug] = append(m.tries[l.Slug], stage.Try{Text: one.Text})
		}
	}
	return m.tries[l.Slug]
}

// isAtTry reports whether the page of things to try by hand is shown.
func (m *Model) isAtTry() bool { return m.lesson.Key() == course.KeyTry }

func (m *Model) tryByHand() tea.Cmd {
	if !m.isAtTry() {
		m.tellUnknown("i")
		return nil
	}
	return m.run([]string{interactive})
}

// watchTries lets each record that is news for a try be looked at.
func (s *session) watchTries() {
	if len(s.tries) == 0 {
		return
	}
	s.world.Each = func(_ *world.World, r *trace.Record) {
		switch r.Kind {
		case trace.Kernel, trace.Socket, trace.Endpoint, trace.CallBegin, trace.CallEnd,
			trace.CallbackBegin, trace.LoopBegin, trace.LoopEnd, trace.Hold:
			s.try(r, r.Time)
		}
	}
}

// try ticks off what the trace shows now: after a record, or without one at a time
// between two.
func (s *session) try(r *trace.Record, now int64) {
	for i := range s.tries {
		if one := &s.tries[i]; !one.Done && s.lesson.Tries[i].Goal.Met(s.world.Live, r, now) {
			one.Done = true
		}
	}
}
