package app

import (
	"fmt"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
)

// keys takes the keys of one message. Letters that were typed fast arrive
// together, and each counts. What is pasted is no key: only a line that is typed,
// and the search, take it.
func (m *Model) keys(msg tea.KeyMsg) tea.Cmd {
	m.message = ""
	switch {
	case m.typing != nil && msg.Type == tea.KeyRunes && !msg.Alt:
		return m.typeText(msg.Runes)
	case msg.Paste && m.search != nil: // a word from elsewhere
	case msg.Paste:
		m.message = "What was pasted is ignored: fdlab takes single keys."
		return nil
	case msg.Alt && msg.Type == tea.KeyEscape: // twice, quickly
		return m.key("esc")
	case msg.Type != tea.KeyRunes || msg.Alt || len(msg.Runes) == 1:
		return m.key(msg.String())
	}
	var cmds []tea.Cmd
	for _, r := range msg.Runes {
		cmds = append(cmds, m.key(string(r)))
	}
	return tea.Sequence(cmds...)
}

// tellUnknown says that a key does nothing here, if it is one that a person may
// take for a key of fdlab.
func (m *Model) tellUnknown(key string) {
	r, size := utf8.DecodeRuneInString(key)
	switch {
	case size == 0 || size < len(key): // "f1", "ctrl+x"
	case '！' <= r && r <= '～': // the full-width forms of ASCII: U+FF01 to U+FF5E
		m.message = fmt.Sprintf("%c is the full-width form of %c. Switch your input method off, and press %c.", r, r-'！'+'!', r-'！'+'!')
	case r >= utf8.RuneSelf:
		m.message = fmt.Sprintf("%c is no key here: fdlab's keys are Latin letters. Is another keyboard layout on? ? shows the keys.", r)
	case r > ' ':
		m.message = fmt.Sprintf("%c does nothing here. ? shows the keys.", r)
	}
}

// otherScript reports whether a key is a letter that no keyboard layout for Latin has
// for the instrument. An experiment may offer it.
func otherScript(key string) bool {
	r, size := utf8.DecodeRuneInString(key)
	return r >= utf8.RuneSelf && size == len(key)
}

// mouseKey is on every screen, also while something lies over it.
func mouseKey() row {
	return row{
		Names: []string{"T"}, Sign: "T", Do: (*Model).switchMouse,
		Now:  when((*Model).mouseless, "mouse back"),
		Help: "gives the mouse to the terminal, to select text, and takes it back. With Shift (in some terminals Option or Fn) text can be selected at any time",
	}
}

func (m *Model) mouseless() bool { return m.unmoused }

func (m *Model) switchMouse() tea.Cmd {
	if m.unmoused = !m.unmoused; !m.unmoused {
		m.message = "fdlab has the mouse again."
		return tea.EnableMouseCellMotion
	}
	m.message = "The terminal has the mouse: select text as usual. T takes it back."
	return tea.DisableMouse
}
