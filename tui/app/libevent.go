package app

import (
	"context"
	"fmt"
	"path/filepath"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/foreign"
	"fdlab/lab/launch"
	"fdlab/lab/libevent"
	"fdlab/tui/ending"
)

// inBoth is what the latest runs of a lesson did: ours, and its C program's on libevent.
// Nil: there was none.
type inBoth struct{ ours, theirs *libevent.Account }

// onLibevent is the lesson whose C program is on the stage, or nil.
func (s *session) onLibevent() *course.Lesson {
	if s == nil || s.own == nil {
		return nil
	}
	return s.own.onLibevent
}

// subject is the lesson that the run is about: the same for ours and for libevent's.
func (s *session) subject() *course.Lesson {
	if l := s.onLibevent(); l != nil {
		return l
	}
	return s.lesson
}

// libeventLesson is the lesson on the screen, as far as something is known of it on
// libevent; nil: nothing is.
func (m *Model) libeventLesson() *course.Lesson {
	l := m.lesson.Lesson
	if m.screen == atStage {
		l = m.session.subject()
	}
	if l == nil || l.Number == 0 || !libevent.Compares(l.Number) && libevent.Why(l.Number) == "" {
		return nil
	}
	return l
}

func libeventKey() row {
	return row{Names: []string{"C"}, Sign: "C", Do: (*Model).buildLibevent,
		Now:  when(func(m *Model) bool { return m.libeventLesson() != nil && m.session.onLibevent() == nil }, "on libevent"),
		Help: "builds the lesson's C program on real libevent and runs it on the stage; at the end it is compared with our run. Then P shows both under one playhead"}
}

// builtMsg is a C program that was built, or why it was not.
type builtMsg struct {
	lesson  *course.Lesson
	program string
	err     error
}

// buildLibevent builds the C program of the lesson.
func (m *Model) buildLibevent() tea.Cmd {
	l := m.libeventLesson()
	if l == nil {
		return nil
	}
	if !libevent.Compares(l.Number) {
		m.message = libevent.Why(l.Number)
		return nil
	}
	if err := foreign.Possible(); err != nil {
		m.message = err.Error()
		return nil
	}
	root := m.course.Root
	m.message = fmt.Sprintf("cc %s/%s ...", l.Dir, libevent.Source)
	return safely(func() tea.Msg {
		program := filepath.Join(root, ".fdlab", "libevent", l.Slug)
		err := libevent.Build(context.Background(), root, l.Dir, program)
		return builtMsg{l, program, err}
	})
}

// built puts the C program on the stage, unless the student has gone elsewhere.
func (m *Model) built(msg builtMsg) tea.Cmd {
	l := msg.lesson
	if m.screen != atLesson && m.screen != atStage || m.libeventLesson() != l {
		return nil
	}
	if m.message = ""; msg.err != nil {
		m.message = fmt.Sprintf("The program on libevent was %v. It needs gcc and libevent: apt-get install gcc libc6-dev libevent-dev", msg.err)
		return nil
	}
	title := fmt.Sprintf("%02d %s · on libevent", l.Number, l.Title)
	return m.put(&course.Lesson{Slug: l.Slug + "-libevent", Title: title}, &own{
		Program: launch.ThisProgram(title), Dir: m.course.Root, onLibevent: l,
		env: []string{foreign.Environment(false, foreign.Options{})}, holds: true,
	}, []string{msg.program})
}

// accountMsg is what a run did.
type accountMsg struct {
	lesson  *course.Lesson
	theirs  bool
	account *libevent.Account
}

// accountOf gathers what a run of a lesson did that is over, if it is one to be compared: ours to
// its verdict, libevent's to its end.
func (m *Model) accountOf(s *session) tea.Cmd {
	l, theirs := s.subject(), s.onLibevent() != nil
	if !libevent.Compares(l.Number) || theirs != (s.own != nil) ||
		!theirs && !s.world.Live.Verdict.Given || theirs && s.exit.Code != 0 {
		return nil
	}
	pieces, texts, missing := s.world.Records(), s.world.Texts(), s.world.Missing(s.lost)
	return safely(func() tea.Msg {
		a := libevent.NewAccount(texts)
		for _, records := range pieces {
			a.Apply(records)
		}
		a.Missing(missing)
		return accountMsg{l, theirs, a}
	})
}

// accounted keeps it.
func (m *Model) accounted(msg accountMsg) {
	both := m.inBoth[msg.lesson.Slug]
	if msg.theirs {
		both.theirs = msg.account
	} else {
		both.ours = msg.account
	}
	m.inBoth[msg.lesson.Slug] = both
}

// besideLibevent is what the end of a run says of the lesson on libevent; nil: nothing yet.
func (m *Model) besideLibevent(s *session) *ending.Beside {
	l := s.subject()
	both := m.inBoth[l.Slug]
	if both.theirs == nil {
		return nil
	}
	b := &ending.Beside{Why: libevent.Why(l.Number), Theirs: s.onLibevent() != nil}
	for _, line := range libevent.Compare(l.Number, both.ours, both.theirs) {
		b.Facts = append(b.Facts, ending.Fact(line))
	}
	return b
}
