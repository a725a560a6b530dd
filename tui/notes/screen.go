package notes

import (
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/phrase"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/keys"
	"fdlab/tui/page"
	"fdlab/tui/theme"
)

// Screen is the instructor's second terminal.
type Screen struct {
	th     *theme.Theme
	g      *grid.Grid
	course *course.Catalogue
	guide  course.Guide
	plan   int // minutes; 0: none

	news chan heard
	done chan struct{}

	word   *word
	err    error
	now    time.Time
	began  time.Time // of the class
	since  time.Time // of the lesson that is shown
	lesson string    // that one's slug
	passed string    // the latest moment of the run, by its key
	run    int
	top    int // rows that the text is scrolled
	quit   bool
}

// NewScreen returns the screen for the instrument of a course. plan is how many minutes
// the class has: 0, or one that the guide has a plan for. Call Close when it is over.
func NewScreen(c *course.Catalogue, th *theme.Theme, plan int) (*Screen, error) {
	guide := course.ReadGuide(c.Root)
	if plan != 0 && guide.Plans[plan] == nil {
		return nil, fmt.Errorf("docs/instructor-guide.md has no plan for %d minutes", plan)
	}
	now := time.Now()
	s := &Screen{th: th, g: grid.New(0, 0), course: c, guide: guide, plan: plan, now: now, began: now,
		news: make(chan heard, 16), done: make(chan struct{})}
	th.Prepare(s.g)
	return s, nil
}

// Close ends the connection to the instrument.
func (s *Screen) Close() { close(s.done) }

type tickMsg time.Time

func tick() tea.Cmd { return tea.Tick(time.Second, func(at time.Time) tea.Msg { return tickMsg(at) }) }

// hear waits for the next word.
func (s *Screen) hear() tea.Cmd {
	return func() tea.Msg {
		select {
		case h := <-s.news:
			return h
		case <-s.done:
			return nil
		}
	}
}

func (s *Screen) Init() tea.Cmd {
	go func() {
		defer func() { recover() }()
		listen(s.course.Root, s.done, func(h heard) {
			select {
			case s.news <- h:
			case <-s.done:
			}
		})
	}()
	return tea.Batch(tick(), s.hear())
}

func (s *Screen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		s.g.Resize(msg.Width, msg.Height)
		s.scroll(0)
	case tickMsg:
		s.now = time.Time(msg)
		return s, tick()
	case heard:
		s.take(msg)
		return s, s.hear()
	case tea.MouseMsg:
		switch msg.Button {
		case tea.MouseButtonWheelUp:
			s.scroll(-3)
		case tea.MouseButtonWheelDown:
			s.scroll(3)
		}
	case tea.KeyMsg:
		switch msg.String() {
		case "q", "esc", "ctrl+c":
			s.quit = true
			return s, tea.Quit
		case "b":
			s.began, s.since = s.now, s.now
		case "up", "k":
			s.scroll(-1)
		case "down", "j":
			s.scroll(1)
		case "pgup":
			s.scroll(-s.rows())
		case "pgdown", " ":
			s.scroll(s.rows())
		}
	}
	return s, nil
}

// take takes what was heard.
func (s *Screen) take(h heard) {
	before := s.word
	s.word, s.err = h.word, h.err
	w := h.word
	if w == nil {
		return
	}
	if w.Lesson != "" && w.Lesson != s.lesson {
		s.lesson, s.since = w.Lesson, s.now
	}
	if w.Run != s.run {
		s.run, s.passed = w.Run, ""
	}
	if w.Moment != "" {
		s.passed = w.Moment
	}
	if before == nil || before.Lesson != w.Lesson || before.Moment != w.Moment {
		s.top = 0
	}
}

// rows is how many rows of the text are seen at once.
func (s *Screen) rows() int { return max(s.g.H-2, 1) }

func (s *Screen) scroll(by int) {
	all := s.draw(grid.New(s.width(), 0).Region())
	s.top = min(max(s.top+by, 0), max(all-s.rows(), 0))
}

// longestLine keeps text readable on a wide screen.
const longestLine = 92

func (s *Screen) width() int { return min(s.g.W-2*chrome.Margin, longestLine) }

func (s *Screen) View() string {
	if s.quit {
		return ""
	}
	g := s.g
	g.Clear()
	r := g.Region()
	chrome.Title(r, s.th, "notes", s.clock())
	in := r.Sub(chrome.Margin, 1, s.width(), s.rows())
	all := s.draw(in.Sub(0, -s.top, in.W, in.H+s.top))
	now := []keys.Hint{{Key: "b", Does: "the class begins now"}, {Key: "q", Does: "leave"}}
	if more := all - s.top - in.H; more > 0 || s.top > 0 {
		now = append([]keys.Hint{{Key: "↑↓", Does: fmt.Sprintf("scroll, %d more below", max(more, 0))}}, now...)
	}
	chrome.Keys(r.Sub(0, r.H-1, r.W, 1), s.th, append(now[:0:0], now...))
	return g.Render()
}

// minutes is how many have gone by.
func minutes(since, now time.Time) int { return int(now.Sub(since) / time.Minute) }

// left says how many minutes are left of so many: "5 left", "2 over".
func left(used, of int) string {
	if used > of {
		return fmt.Sprintf("%d over", used-of)
	}
	return fmt.Sprintf("%d left", of-used)
}

// clock says how long the class has gone on.
func (s *Screen) clock() string {
	used := minutes(s.began, s.now)
	if s.plan == 0 {
		return phrase.Counted(used, "minute") + " used"
	}
	return fmt.Sprintf("%d of %d minutes, %s", used, s.plan, left(used, s.plan))
}

// pad is a text that grows downwards.
type pad struct {
	r  grid.Region
	th *theme.Theme
	y  int
}

func (p *pad) say(r theme.Role, text string) { p.y = page.Wrap(p.r, p.y, p.th.Style(r), text) }

func (p *pad) part(title, right string) {
	p.y++
	chrome.Line(p.r, p.th, p.y, title, "", right)
	p.y++
}

// draw draws the text, and returns how many rows it has.
func (s *Screen) draw(r grid.Region) int {
	p := &pad{r: r, th: s.th, y: 1}
	switch w := s.word; {
	case s.err != nil:
		p.say(theme.Alarm, s.err.Error())
	case w == nil:
		p.say(theme.Strong, "No instrument runs in this clone.")
		p.say(theme.Text, "Start it in another terminal: go run ./tui. These notes wait for it, and follow it.")
	default:
		if l := s.course.Lesson(w.Lesson); l != nil && w.Lesson != "" {
			s.drawLesson(p, w, l)
		} else {
			p.say(theme.Text, "No lesson is on the screen: "+w.Screen+".")
		}
	}
	s.drawPlan(p)
	return p.y
}

// drawLesson says what there is to say now: of the moment first, then what comes next, the
// votes, and what holds for the whole lesson.
func (s *Screen) drawLesson(p *pad, w *word, l *course.Lesson) {
	notes := s.guide.Lessons[l.Number]
	used := minutes(s.since, s.now)
	p.say(theme.Title, fmt.Sprintf("%02d %s", l.Number, l.Title))
	p.say(theme.Faint, fmt.Sprintf("in this lesson for %d of %d minutes, %s", used, notes.Minutes, left(used, notes.Minutes)))
	if w.Moment != "" {
		m := l.Moment(w.Moment)
		p.part("now", fmt.Sprintf("moment %d of %d", place(l, w.Moment), len(l.Moments)))
		p.say(theme.Strong, m.Question)
		if w.Told {
			p.say(theme.Text, m.Answer)
		} else {
			p.say(theme.Faint, "The class does not see yet: "+m.Answer)
		}
		if note := notes.Moments[w.Moment]; note != "" {
			p.y++
			p.say(theme.Text, note)
		}
	} else if w.Section != "" {
		p.part("now", "")
		p.say(theme.Text, "On the screen: "+l.Heading(w.Section))
		if w.Section == course.KeyPredict {
			p.say(theme.Strong, l.Question.Text)
		}
	}
	if w.Votes != nil {
		s.drawVotes(p, w.Votes, l)
	}
	if n := place(l, s.passed); w.Screen == "stage" && n < len(l.Moments) {
		next := l.Moments[n]
		p.part("next", fmt.Sprintf("moment %d of %d", n+1, len(l.Moments)))
		p.say(theme.Text, next.Question)
		p.say(theme.Faint, notes.Moments[next.Key])
	}
	p.part("in this lesson", "")
	for _, point := range notes.Points {
		p.say(theme.Text, point.Name+": "+point.Text)
	}
}

// place is the number of a moment in its lesson, from 1; 0: it is none.
func place(l *course.Lesson, key string) int {
	for i, m := range l.Moments {
		if m.Key == key {
			return i + 1
		}
	}
	return 0
}

// drawVotes draws how many have chosen each option.
func (s *Screen) drawVotes(p *pad, v *course.Votes, l *course.Lesson) {
	const letter, number = 4, 4
	p.part("votes", fmt.Sprintf("%d of %d have voted", v.Given(), v.Present))
	room := p.r.W - letter - number
	for _, o := range l.Question.Options {
		n := v.By[o.Letter]
		long := 0
		if given := v.Given(); given > 0 {
			long = n * min(room, 40) / given
		}
		p.r.Text(0, p.y, s.th.Style(theme.Key), o.Letter)
		p.r.Fill(letter-2, p.y, long, 1, s.th.Glyphs.Body, s.th.Style(theme.Text))
		p.r.At(letter-2+long+1, p.y).Int(s.th.Style(theme.Strong), int64(n))
		p.y++
		p.r.Cut(letter-2, p.y, p.r.W-letter+2, s.th.Style(theme.Faint), o.Text)
		p.y++
	}
}

// drawPlan says where the class should be by the plan, and what comes then.
func (s *Screen) drawPlan(p *pad) {
	if s.plan == 0 {
		return
	}
	plan := s.guide.Plans[s.plan]
	p.part("by the plan", fmt.Sprintf("%d minutes", s.plan))
	say := func(r theme.Role, word string, part course.Part) {
		lesson := ""
		if part.Lesson > 0 {
			lesson = fmt.Sprintf("lesson %02d: ", part.Lesson)
		}
		p.say(r, fmt.Sprintf("%s, %d to %d: %s%s", word, part.From, part.To, lesson, part.What))
	}
	part, ok := plan.At(minutes(s.began, s.now))
	if !ok {
		p.say(theme.Alarm, "The time is over.")
		return
	}
	say(theme.Strong, "now", part)
	if next, ok := plan.At(part.To); ok {
		say(theme.Text, "then", next)
	}
}
