package app

import (
	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/launch"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// typing is a line for the program's standard input, until it is sent. A terminal
// does the same: it keeps a line to itself until enter.
type typing struct{ text []rune }

// mostTyped is how long a line may become: as long as a terminal lets it (N_TTY).
const mostTyped = 4095

// inputKey lets the student type for the program.
func inputKey() row {
	return row{
		Names: []string{"I"}, Sign: "I", Now: when((*Model).canType, "input"), Do: do((*Model).openTyping),
		Help: "types a line for the standard input of a program of your own; ctrl+d in an empty line ends the input, as in a terminal",
	}
}

func (m *Model) canType() bool {
	s := m.session
	return s.run != nil && !s.over && s.run.HasInput()
}

func (m *Model) openTyping() {
	s := m.session
	if !m.canType() {
		switch {
		case s.own != nil && s.own.attached:
			m.message = "This process has a standard input of its own: fdlab cannot type for it."
		case s.own != nil && s.run != nil && !s.over:
			m.message = "The program's standard input is closed: r runs it again with a new one."
		default:
			m.message = "A program of your own that runs has a standard input: go run ./tui run PATH"
		}
		return
	}
	if m.message = s.deaf(); m.message == "" {
		m.typing = &typing{}
	}
}

// typeText takes letters, typed or pasted.
func (m *Model) typeText(text []rune) tea.Cmd {
	var cmds []tea.Cmd
	for _, r := range text {
		switch {
		case r == '\n' || r == '\r':
			cmds = append(cmds, m.sendTyped())
		case len(m.typing.text) < mostTyped:
			m.typing.text = append(m.typing.text, r)
		}
	}
	return tea.Sequence(cmds...)
}

// sendTyped gives the line to the program.
func (m *Model) sendTyped() tea.Cmd {
	line := string(m.typing.text) + "\n"
	m.typing.text = nil
	return tell(m.session.run, func(r *launch.Run) error { return r.Type(line) })
}

// keyTyping is what the other keys do while a line is typed.
func (m *Model) keyTyping(key string) tea.Cmd {
	t := m.typing
	switch key {
	case "enter":
		return m.sendTyped()
	case "backspace", "ctrl+h":
		t.text = t.text[:max(len(t.text)-1, 0)]
	case "ctrl+u":
		t.text = nil
	case " ", "tab":
		return m.typeText([]rune(map[string]string{" ": " ", "tab": "\t"}[key]))
	case "ctrl+d":
		if part := string(t.text); part != "" { // what is typed goes without a line end
			t.text = nil
			return tell(m.session.run, func(r *launch.Run) error { return r.Type(part) })
		}
		m.typing = nil
		m.message = "The input has ended: the program reads 0 bytes, the end of file."
		return tell(m.session.run, (*launch.Run).EndInput)
	case "esc":
		m.typing = nil
	}
	return nil
}

// drawTyping draws the line in the bottom row, its end always in sight.
func (m *Model) drawTyping(r grid.Region) {
	th := m.theme
	row, _ := r.Bottom(1)
	row.Fill(0, 0, row.W, 1, ' ', th.Style(theme.Text))
	if m.session.over {
		row.Text(1, 0, th.Style(theme.Alarm), "The program has ended: esc")
		return
	}
	p := row.At(1, 0).Text(th.Style(theme.Key), "stdin ")
	hint := "enter sends · ctrl+d ends the input · esc"
	room := row.W - p.X - grid.Width(hint) - 3
	text := []rune(launch.Quote([]byte(string(m.typing.text))))
	for grid.Width(string(text)) > room {
		text = text[1:]
	}
	p.Text(th.Style(theme.Strong), string(text)).Text(th.Style(theme.Strong).With(grid.Reverse), " ")
	row.TextRight(row.W-1, 0, th.Style(theme.Faint), hint)
}

// tellFailed says what went wrong. It needs the row in which a line is typed.
func (m *Model) tellFailed(text string) { m.message, m.typing = text, nil }
