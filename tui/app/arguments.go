package app

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/tui/keys"
)

// What the program on the stage can be started with: it announces that itself.

// arguments are those with which the program says that it can be started.
func (s *session) arguments() []string {
	if s.world == nil {
		return nil
	}
	return s.world.Live.Arguments
}

const interactive = "-interactive"

func (m *Model) nowByHand() (h keys.Hint) {
	switch s := m.session; {
	case slices.Contains(s.args, interactive):
		h.Does = "run the script"
	case slices.Contains(s.arguments(), interactive):
		h.Does = "by hand"
	}
	return h
}

// byHand starts the program anew, to be poked or to follow its script.
func (m *Model) byHand() tea.Cmd {
	s := m.session
	if m.nowByHand().Does == "" {
		return nil
	}
	if i := slices.Index(s.args, interactive); i >= 0 {
		return m.run(slices.Delete(slices.Clone(s.args), i, i+1))
	}
	return m.run(append(slices.Clone(s.args), interactive))
}

// switches are the arguments that the script could be given, and was not: -minute.
func (s *session) switches() []string {
	return slices.DeleteFunc(slices.Clone(s.arguments()), func(a string) bool {
		return a == interactive || strings.Contains(a, "=") || slices.Contains(s.args, a) || slices.Contains(s.args, interactive)
	})
}

const backend = "-backend="

// nextBackend is the argument for the backend after the one that runs; "": there
// is no other.
func (s *session) nextBackend() string {
	var all []string
	for _, a := range s.arguments() {
		if strings.HasPrefix(a, backend) {
			all = append(all, a)
		}
	}
	now := ""
	if w := s.world; w != nil && len(w.Live.Bases) > 0 {
		now = backend + w.Live.Bases[0].Backend
	}
	for _, a := range s.args {
		if strings.HasPrefix(a, backend) {
			now = a
		}
	}
	if len(all) == 0 || len(all) == 1 && all[0] == now {
		return ""
	}
	return all[(slices.Index(all, now)+1)%len(all)]
}

func (m *Model) nowBackend() keys.Hint {
	if next := m.session.nextBackend(); next != "" {
		return keys.Hint{Does: "on " + strings.TrimPrefix(next, backend)}
	}
	return keys.Hint{}
}

func (m *Model) onNextBackend() tea.Cmd {
	s := m.session
	next := s.nextBackend()
	if next == "" {
		return nil
	}
	args := slices.DeleteFunc(slices.Clone(s.args), func(a string) bool { return strings.HasPrefix(a, backend) })
	return m.run(append(args, next))
}
