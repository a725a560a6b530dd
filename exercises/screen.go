package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	tea "github.com/charmbracelet/bubbletea"

	// It must be initialised before bubbletea, and is: by its name.
	_ "fdlab/tui/firstframe"

	"fdlab/lab/course"
	"fdlab/lab/grade"
	"fdlab/lab/phrase"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/keys"
	"fdlab/tui/terminal"
	"fdlab/tui/theme"
)

// screen is what watch shows on a terminal: one exercise, and the verdict on its
// program as it was saved last; or, until the next verdict, what a key asked for.
type screen struct {
	t  *tool
	th *theme.Theme
	g  *grid.Grid

	files  *folder           // for look alone
	why    error             // why there are no file events, or nil
	saved  map[string]string // the programs at the last look, by slug
	e      *course.Exercise
	result *grade.Result // of e; nil: none yet
	trial  int           // counts them: what comes of an older one is not shown
	cancel context.CancelFunc
	busy   *sync.Mutex // held while a program is tried

	wish    int      // counts what was asked for: a text that comes late is not shown
	words   []string // the command whose text is shown in place of the verdict, or nil
	text    []string
	learned []string // why the solution is right: shown with a program that has passed
	top     int      // rows that the text is scrolled
	asked   string   // the key that must be pressed once more, or ""
	message string
	status  int
}

// watchOnScreen shows the screen until the student leaves it.
func (t *tool) watchOnScreen(e *course.Exercise) int {
	th, err := theme.Detect(os.Environ())
	if err != nil {
		return t.misused("%v", err)
	}
	ctx, cancel := context.WithCancel(t.ctx)
	u := *t
	u.ctx = ctx
	s := &screen{t: &u, th: th, g: grid.New(0, 0), files: &folder{}, e: e, busy: &sync.Mutex{}}
	s.g.Profile, s.g.ASCII = th.Profile, th.ASCII
	err = terminal.Run(s, cancel)
	cancel()
	s.busy.Lock() // the last trial has taken away what it made
	var signal *terminal.Ended
	switch {
	case errors.As(err, &signal):
		return signal.Status()
	case err != nil:
		fmt.Fprintln(t.err, err)
		return notJudged
	}
	return s.status
}

type (
	// savedMsg is what a look at the files found.
	savedMsg struct {
		programs map[string]string
		why      error
	}
	// judgedMsg is what came of a trial.
	judgedMsg struct {
		trial    int
		result   *grade.Result
		learned  []string
		attempts map[string]course.Attempt
		said     string
	}
	// shownMsg is what a command put out.
	shownMsg struct {
		wish     int
		words    []string
		text     string
		attempts map[string]course.Attempt
	}
)

func (s *screen) Init() tea.Cmd { return s.look(false) }

// look finds out what the programs are, when something may have changed or at once.
func (s *screen) look(wait bool) tea.Cmd {
	t, files := s.t, s.files
	return func() tea.Msg {
		if wait {
			files.await(t.ctx.Done())
		}
		files.follow(t.folders()) // and then look: nothing is missed
		return savedMsg{t.settled(), files.why}
	}
}

// try has the exercise's program judged. A trial that goes on is broken off: it is of
// a program that is no more.
func (s *screen) try() tea.Cmd {
	if s.cancel != nil {
		s.cancel()
	}
	u, e := *s.t, s.e
	u.ctx, s.cancel = context.WithCancel(s.t.ctx)
	s.trial++
	s.wish++
	s.result, s.words, s.top, s.asked = nil, nil, 0, ""
	trial, busy := s.trial, s.busy
	return func() (msg tea.Msg) {
		busy.Lock()
		defer busy.Unlock()
		done := judgedMsg{trial: trial, result: &grade.Result{Exercise: e.Slug, Outcome: grade.NotJudged}}
		defer func() {
			if fault := recover(); fault != nil {
				done.result.Err = fmt.Sprintf("a fault of fdlab: %v", fault)
			}
			msg = done
		}()
		var said bytes.Buffer
		u.err = &said
		done.result = u.try(e)
		if done.result.Outcome == grade.Passed {
			done.learned = u.why(e)
		}
		done.attempts, done.said = u.attempts, firstLine(said.String())
		return
	}
}

// show puts the text of a command in the place of the verdict.
func (s *screen) show(words ...string) tea.Cmd {
	s.wish++
	u, wish := *s.t, s.wish
	u.columns, u.show, u.yes = s.width(), true, true
	return func() tea.Msg {
		var text bytes.Buffer
		u.out, u.err = &text, &text
		u.do(words)
		attempts, _ := u.progress.LoadAttempts()
		return shownMsg{wish, words, text.String(), attempts}
	}
}

func (s *screen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		s.g.Resize(msg.Width, msg.Height)
		s.scroll(0)
		if s.words != nil {
			return s, s.show(s.words...)
		}
	case savedMsg:
		if s.t.ctx.Err() != nil {
			return s, tea.Quit
		}
		before := s.saved
		s.saved, s.why = msg.programs, msg.why
		if before == nil { // the first look
			return s, tea.Batch(s.try(), s.look(true))
		}
		if e := s.t.changed(before, msg.programs); e != nil {
			if e != s.e {
				s.message = fmt.Sprintf("%02d was saved, so this is %02d now", e.Number, e.Number)
			}
			s.e = e
			return s, tea.Batch(s.try(), s.look(true))
		}
		return s, s.look(true)
	case judgedMsg:
		if msg.trial == s.trial {
			s.result, s.learned = msg.result, msg.learned
			s.t.attempts = msg.attempts
			if msg.said != "" {
				s.message = msg.said
			}
		}
	case shownMsg:
		if msg.attempts != nil {
			s.t.attempts = msg.attempts
		}
		if msg.words[0] == "reset" { // the save that it was is seen, and tried
			s.message = firstLine(msg.text)
			return s, nil
		}
		if msg.wish != s.wish {
			return s, nil
		}
		s.words, s.text = msg.words, strings.Split(strings.TrimRight(msg.text, "\n"), "\n")
		s.scroll(0)
	case tea.KeyMsg:
		if s.message = ""; msg.String() != s.asked {
			s.asked = ""
		}
		cmd, _ := screenKeys.Do(s, msg.String())
		return s, cmd
	}
	return s, nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// above and below are the rows around the text: title, file and a blank row; message and keys.
const above, below = 3, 2

// width is how long a text's lines may be.
func (s *screen) width() int { return readable(s.g.W - 2) }

func (s *screen) room() int { return max(s.g.H-above-below, 1) }

// lines are the text as it stands now.
func (s *screen) lines() []string {
	switch {
	case s.words != nil:
		return s.text
	case s.result == nil:
		return []string{"  The program is built and tried ..."}
	}
	return s.verdict(s.room())
}

func (s *screen) scroll(by int) {
	s.top = min(max(s.top+by, 0), max(len(s.lines())-s.room(), 0))
}

func (s *screen) View() string {
	g, th := s.g, s.th
	g.Clear()
	r := g.Region()
	faint := th.Style(theme.Faint)
	passing := 0
	for _, e := range s.t.all {
		if a := s.t.attempts[e.Slug]; a.Passes && !a.Stale(s.saved[e.Slug]) {
			passing++
		}
	}
	chrome.Title(r, th, fmt.Sprintf("watch %02d %s", s.e.Number, s.e.Title), fmt.Sprintf("%d of %d pass", passing, len(s.t.all)))
	r.At(chrome.Margin, 1).Text(faint, "Save ").Text(th.Style(theme.Code), s.e.Dir+"/main.go").
		Text(faint, ", and it is checked again.")
	lines := s.lines()
	for y := range s.room() {
		if i := s.top + y; i < len(lines) {
			r.Cut(0, above+y, r.W-1, s.style(lines[i]), lines[i])
		}
	}
	message := s.message
	if message == "" && s.why != nil {
		message = fmt.Sprintf("There are no file events (%v), so the files are checked again and again.", s.why)
	}
	if more := len(lines) - s.top - s.room(); more > 0 {
		r.TextRight(r.W-chrome.Margin, 2, faint, phrase.Counted(more, "row")+" more below")
	}
	r.Cut(chrome.Margin, r.H-2, r.W-2*chrome.Margin, th.Style(theme.Strong), message)
	chrome.Keys(r.Sub(0, r.H-1, r.W, 1), th, screenKeys.Now(s))
	return g.Render()
}

// style is how a line looks, by what it begins with.
func (s *screen) style(line string) grid.Style {
	role := theme.Text
	begins := func(prefixes ...string) bool {
		for _, p := range prefixes {
			if strings.HasPrefix(line, p) {
				return true
			}
		}
		return false
	}
	switch compares := s.words != nil && s.words[0] == "solution"; {
	case compares && begins("+"), begins("  PASSED", "  passed"):
		role = theme.Strong
	case compares && begins("-"), begins("  not reached", "  the program's", "  ..."):
		role = theme.Faint
	case begins("  NOT", "  failed", "  as if", "  why", "  kind"):
		role = theme.Alarm
	case begins("@@"):
		role = theme.Code
	}
	return s.th.Style(role)
}

// screenKeys are the keys of the screen.
var screenKeys = keys.Table[*screen, tea.Cmd]{
	{Names: []string{"c"}, Sign: "c", Now: keys.Always[*screen]("check"), Do: (*screen).try},
	{Names: []string{"n"}, Sign: "n", Now: keys.Always[*screen]("next"), Do: (*screen).next},
	{Names: []string{"e"}, Sign: "e", Do: (*screen).explain, Now: func(s *screen) (h keys.Hint) {
		if s.words == nil && s.result != nil && s.result.Told() != "" {
			h.Does = "explain"
		}
		return h
	}},
	{Names: []string{"h"}, Sign: "h", Now: keys.Always[*screen]("hint"), Do: (*screen).hint},
	{Names: []string{"s"}, Sign: "s", Now: keys.Always[*screen]("solution"), Do: (*screen).solution},
	{Names: []string{"r"}, Sign: "r", Now: keys.Always[*screen]("reset"), Do: (*screen).reset},
	{Names: []string{"l"}, Sign: "l", Now: keys.Always[*screen]("list"), Do: func(s *screen) tea.Cmd { s.asked, s.top = "", 0; return s.show("list") }},
	{Names: []string{"enter", "esc"}, Sign: "enter", Do: (*screen).back, Now: func(s *screen) (h keys.Hint) {
		if s.words != nil {
			h.Does = "back"
		}
		return h
	}},
	{Names: []string{"down", "j"}, Sign: "↑↓", Do: func(s *screen) tea.Cmd { s.scroll(1); return nil }, Now: func(s *screen) (h keys.Hint) {
		if len(s.lines()) > s.room() {
			h.Does = "scroll"
		}
		return h
	}},
	{Names: []string{"up", "k"}, Do: func(s *screen) tea.Cmd { s.scroll(-1); return nil }},
	{Names: []string{"pgdown", " "}, Do: func(s *screen) tea.Cmd { s.scroll(s.room() - 1); return nil }},
	{Names: []string{"pgup"}, Do: func(s *screen) tea.Cmd { s.scroll(1 - s.room()); return nil }},
	{Names: []string{"q"}, Sign: "q", Now: keys.Always[*screen]("quit"), Do: func(s *screen) tea.Cmd { return tea.Quit }},
	{Names: []string{"ctrl+c"}, Do: func(s *screen) tea.Cmd { s.status = brokenOff; return tea.Quit }},
}

// back is to the verdict, and from one that is passed to the next exercise.
func (s *screen) back() tea.Cmd {
	if s.words == nil && s.result != nil && s.result.Outcome == grade.Passed {
		return s.next()
	}
	s.wish++
	s.words, s.top, s.asked = nil, 0, ""
	return nil
}

// next goes to the next exercise that has never passed, or simply to the next.
func (s *screen) next() tea.Cmd {
	all, at := s.t.all, 0
	for i, e := range all {
		if e == s.e {
			at = i
		}
	}
	s.e = all[(at+1)%len(all)]
	for i := range all {
		if e := all[(at+1+i)%len(all)]; !s.t.attempts[e.Slug].Solved {
			s.e = e
			break
		}
	}
	return s.try()
}

func (s *screen) explain() tea.Cmd {
	if s.result == nil || s.result.Told() == "" {
		return nil
	}
	s.top = 0
	return s.show("explain", s.result.Told())
}

func (s *screen) hint() tea.Cmd {
	s.top, s.asked = 0, ""
	return s.show("hint", s.e.Slug, fmt.Sprint(min(s.t.attempts[s.e.Slug].Hints+1, max(len(s.e.Hints), 1))))
}

// solution is shown at once only to a student who has passed.
func (s *screen) solution() tea.Cmd {
	if !s.t.attempts[s.e.Slug].Solved && !s.again("s", "You have not passed yet. s once more shows the solution anyway.") {
		return nil
	}
	s.top = 0
	return s.show("solution", s.e.Slug)
}

func (s *screen) reset() tea.Cmd {
	if !s.again("r", "r once more puts the starter in place of your main.go, which is kept in .fdlab/kept.") {
		return nil
	}
	return s.show("reset", s.e.Slug)
}

// again reports whether a key was pressed twice; the first time it says why.
func (s *screen) again(key, why string) bool {
	if s.asked == key {
		s.asked = ""
		return true
	}
	s.asked, s.message = key, why
	return false
}
