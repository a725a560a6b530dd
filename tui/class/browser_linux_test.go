package main

import (
	"context"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/launch"
	"fdlab/tui/chromium"
	"fdlab/tui/class/audience"
	"fdlab/tui/export"
)

// painted is the text of the page's cells, as JavaScript.
const painted = `(() => {
	const f = globalThis.painted && globalThis.painted();
	let s = '';
	for (let i = 0; f && i < f.cells.length; i += 4) s += f.cells[i] > 0 ? String.fromCodePoint(f.cells[i]) : ' ';
	return s;
})()`

// TestAClassInABrowser: a real page follows a real run while it goes on, roams and comes
// back, votes on a question, and says so when the class is over.
func TestAClassInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the page and starts a browser")
	}
	b := chromium.Start(t, 1180, 860)
	clone, err := launch.FindRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	html, policy, program, err := export.ClassPage(context.Background(), clone)
	if err != nil {
		t.Fatal(err)
	}
	x := newLectern(t, audience.Page{HTML: []byte(html), Policy: policy, Program: program})
	lesson, err := launch.Find(clone, filepath.Join(clone, "lessons", "02-ev-persist"))
	if err != nil {
		t.Fatal(err)
	}
	// By hand it goes on until it is left.
	x.model.Run(lesson, clone, []string{"-interactive"})
	p := tea.NewProgram(x.model, tea.WithInput(nil), tea.WithOutput(io.Discard), tea.WithoutSignalHandler())
	left, over := make(chan error, 1), make(chan struct{})
	go func() { _, err := p.Run(); left <- err }()
	go x.feed.send(over)
	defer func() {
		p.Quit()
		if err := <-left; err != nil {
			t.Errorf("the instrument: %v", err)
		}
		close(over)
	}()
	p.Send(tea.WindowSizeMsg{Width: w, Height: h})
	key := func(name string) { p.Send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}) }
	shows := func(words string) {
		t.Helper()
		b.Until(words, painted+".includes("+quoted(words)+")")
	}

	b.Open(x.server.Links[0])
	shows("with the instructor")
	shows("LIVE")
	b.Press("Home", 0)
	shows("on your own")
	b.Press("J", 0)
	shows("with the instructor")

	key("q") // home
	key("2")
	p.Send(tea.KeyMsg{Type: tea.KeyRight})
	shows("what will the run show?")
	b.Press("c", 0)
	for x.room.Votes("02-ev-persist").Given() == 0 {
		b.Until("the vote is on its way", "document.getElementById('fault').textContent === ''")
	}
	if v := x.room.Votes("02-ev-persist"); v.By["c"] != 1 || v.Present != 1 {
		t.Errorf("the votes are %+v", v)
	}

	origin := x.server.Links[0][:strings.Index(x.server.Links[0][len("http://"):], "/")+len("http://")]
	for _, address := range b.Asked {
		if !strings.HasPrefix(address, origin) && !strings.HasPrefix(address, "data:") {
			t.Errorf("the page has asked for %s", address)
		}
	}
	if len(b.Faults) > 0 {
		t.Errorf("faults of the page: %q", b.Faults)
	}
	// What another site's script could do, the policy forbids.
	var fetched bool
	b.Eval(`fetch('http://127.0.0.2:1/').then(() => true, () => false)`, &fetched)
	if fetched || len(b.Faults) == 0 || !strings.Contains(strings.Join(b.Faults, " "), "Content Security Policy") {
		t.Errorf("the page may fetch from elsewhere: %v, %q", fetched, b.Faults)
	}
	x.server.Close()
	shows("no connection to the class")
	if answer, err := http.Get(x.server.Links[0]); err == nil {
		t.Errorf("a class that is over answers: %s", answer.Status)
	}
}

// quoted is a string of JavaScript.
func quoted(s string) string { return string(line(s)) }
