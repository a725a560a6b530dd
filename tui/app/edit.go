package app

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/launch"
	"fdlab/tui/terminal"
)

func editKey() row {
	return row{Names: []string{"E"}, Sign: "E", Now: when(func(m *Model) bool { return m.session.sourceDir(m.course.Root) != "" }, "edit"),
		Help: "opens your editor ($VISUAL or $EDITOR) at the shown step or moment; r builds and runs what you have saved", Do: (*Model).edit}
}

// editedMsg says that the editor has ended, and what it has changed.
type editedMsg struct{ text string }

// edit opens the editor at what the stage shows.
func (m *Model) edit() tea.Cmd {
	s := m.session
	dir := s.sourceDir(m.course.Root)
	shown, _ := m.over.(*code)
	switch {
	case dir == "":
		return m.openCode() // it says why not
	case s.build != nil && len(s.build.Problems) > 0:
		p := s.build.Problems[0]
		root := m.course.Root
		if s.own != nil {
			root = s.own.Root
		}
		return m.openEditor(p.Path(root), p.Line)
	case shown != nil:
		f, line, _, _ := shown.place(s)
		return m.openEditor(filepath.Join(dir, f.name), line)
	case s.world == nil:
		return m.openEditor(filepath.Join(dir, "main.go"), 1)
	}
	return safely(func() tea.Msg {
		files, err := readSource(dir)
		if err != nil {
			return failedMsg{"The program's text cannot be read: " + err.Error()}
		}
		return editPlaceMsg{s.number, dir, files}
	})
}

// editPlaceMsg is the program's text, in which the place is to be found.
type editPlaceMsg struct {
	session int
	dir     string
	files   []sourceFile
}

func (m *Model) editPlace(msg editPlaceMsg) tea.Cmd {
	if m.session == nil || m.session.number != msg.session {
		return nil
	}
	f, line, _, _ := (&code{files: msg.files}).place(m.session)
	return m.openEditor(filepath.Join(msg.dir, f.name), line)
}

// openEditor lets the student edit a file. The instrument waits meanwhile.
func (m *Model) openEditor(file string, line int) tea.Cmd {
	editor := os.Getenv("VISUAL")
	if strings.TrimSpace(editor) == "" {
		editor = os.Getenv("EDITOR")
	}
	if strings.TrimSpace(editor) == "" {
		m.message = fmt.Sprintf("No editor is set: export VISUAL=... before you start fdlab. The place: %s:%d", launch.Quote([]byte(shortest(m.course.Root, file))), line)
		return nil
	}
	before, _ := os.ReadFile(file)
	// As git does: the variable may have arguments, so a shell reads it.
	cmd := exec.Command("sh", append([]string{"-c", editor + ` "$@"`, editor}, placed(editor, file, line)...)...)
	name := filepath.Base(file)
	return terminal.Lend(cmd, func(err error) tea.Msg {
		if err != nil {
			return failedMsg{fmt.Sprintf("The editor %q: %v", editor, err)}
		}
		after, err := os.ReadFile(file)
		if err != nil {
			return failedMsg{err.Error()}
		}
		return editedMsg{changed(name, before, after)}
	})
}

// shortest is a file's path from the root of the clone, if it lies there.
func shortest(root, file string) string {
	if in, err := filepath.Rel(root, file); err == nil && filepath.IsLocal(in) {
		return in
	}
	return file
}

// placed are the arguments by which an editor opens a file at a line.
func placed(editor, file string, line int) []string {
	words := strings.Fields(editor)
	at := fmt.Sprintf("%s:%d", file, line)
	switch name := filepath.Base(words[0]); name {
	case "code", "codium", "cursor":
		return []string{"--wait", "--goto", at}
	case "hx", "helix", "subl", "zed":
		return []string{at}
	}
	return []string{fmt.Sprintf("+%d", line), file} // vi(1), and most others
}

// changed says what an editor has changed in a file.
func changed(name string, before, after []byte) string {
	if bytes.Equal(before, after) {
		return name + " is as it was."
	}
	was, is := strings.Split(string(before), "\n"), strings.Split(string(after), "\n")
	same := 0
	for same < min(len(was), len(is)) && was[same] == is[same] {
		same++
	}
	slices.Reverse(was)
	slices.Reverse(is)
	end := 0
	for end < min(len(was), len(is))-same && was[end] == is[end] {
		end++
	}
	lines := max(len(was), len(is)) - same - end
	place := fmt.Sprintf("line %d", same+1)
	if lines > 1 {
		place = fmt.Sprintf("lines %d to %d", same+1, same+lines)
	}
	return fmt.Sprintf("%s has changed at %s. r builds and runs it.", name, place)
}

// edited takes what the editor has changed. What the stage shows of the text is read again.
func (m *Model) edited(msg editedMsg) tea.Cmd {
	m.message = msg.text
	if _, shown := m.over.(*code); shown {
		return m.openCode()
	}
	return nil
}
