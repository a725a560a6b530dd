package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/chrome"
	"fdlab/tui/export"
	"fdlab/tui/grid"
	"fdlab/tui/player"
	"fdlab/tui/theme"
)

// exportedMsg says that a run was exported, or why it was not.
type exportedMsg struct {
	file string // from the root of the clone
	err  error
}

// canExport reports whether the run on the stage can be sent to others: it is over.
func (m *Model) canExport() bool {
	s := m.session
	return s != nil && s.over && s.world != nil && s.world.Live.Records > 0
}

// exportKey lists the forms in which a run can be sent to others.
func exportKey() row {
	return row{Names: []string{"X"}, Sign: "X", Now: when((*Model).canExport, "export"),
		Help: "writes a run that is over in another form, into .fdlab/shared: a page for a browser, a cast, a picture of what is shown ...",
		Do: do(func(m *Model) {
			if m.canExport() {
				m.over = exports{}
			}
		})}
}

// exports is the list of the forms.
type exports struct{}

// key: the digit of a form writes it, any other key closes the list.
func (exports) key(m *Model, key string) tea.Cmd {
	m.over = nil
	n, err := strconv.Atoi(key)
	if err != nil || n < 1 || n > len(export.Forms) {
		return nil
	}
	return m.export(export.Forms[n-1])
}

// export writes the run in a form. The picture is of the moment that is shown, as large as
// the screen.
func (m *Model) export(form export.Form) tea.Cmd {
	s := m.session
	if !m.canExport() {
		return nil
	}
	// The records of a run that is over do not change; its worlds are the stage's own.
	pieces, texts, missing := s.world.Records(), s.world.Texts(), s.world.Missing(s.lost)
	header := trace.Header{Program: s.lesson.Slug, Started: s.began, LeftOut: s.leftOut}
	o := export.Options{At: export.Whole, W: m.grid.W, H: m.grid.H, Light: m.theme.Background == theme.Light}
	at := ""
	if shown, ok := s.Moment(0); ok && form.Moment && s.State() != player.Ended {
		o.At, at = shown.Now, fmt.Sprintf("-at-%dms", shown.Now/1e6)
	}
	root, words := m.course.Root, export.Words(m.course, s.lesson.Slug)
	dir := filepath.Join(".fdlab", "shared")
	file := filepath.Join(dir, s.lesson.Slug+s.began.Format("-20060102-150405")+at+form.Ending)
	m.message = "Writing " + file + " ..."
	return safely(func() tea.Msg {
		run := world.NewRun(texts)
		for _, records := range pieces {
			run.Apply(records)
		}
		err := os.MkdirAll(filepath.Join(root, dir), 0o755)
		if err == nil {
			err = export.WriteFile(context.Background(), filepath.Join(root, file), root,
				&export.Run{Header: header, Lesson: words, World: run, Strings: texts, Lost: missing}, o)
		}
		return exportedMsg{file, err}
	})
}

// exported tells the student where the file is.
func (m *Model) exported(msg exportedMsg) {
	if m.message = "Written: " + msg.file; msg.err != nil {
		m.message = "The run was not exported: " + msg.err.Error()
	}
}

// draw lists the forms over the stage.
func (exports) draw(m *Model, r grid.Region) {
	th := m.theme
	in := chrome.Over(r, th, "export this run", "a digit writes it   any other key closes this", len(export.Forms))
	for i, f := range export.Forms {
		in.At(0, i).Text(th.Style(theme.Key), strconv.Itoa(i+1)).Skip(2).Text(th.Style(theme.Strong), f.Ending).To(10).
			Text(th.Style(theme.Text), f.Does)
	}
}
