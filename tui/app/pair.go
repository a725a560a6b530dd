package app

import (
	"slices"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/keys"
	"fdlab/tui/player"
	"fdlab/tui/stage"
)

// ran is a run that is over, to be shown again beside another one.
type ran struct {
	lesson  *course.Lesson
	name    string // "this run", "the run before"
	run     *world.Run
	lost    uint64
	leftOut uint64
	length  int64  // ns
	exit    string // what became of the program, in a sentence
	outcome *outcome
}

const theRunBefore = "the run before"

// ranOf returns the run of a session; nil: it has none that is over.
func ranOf(s *session, name string) *ran {
	if s == nil || s.world == nil || !s.over {
		return nil
	}
	if len(s.args) > 0 {
		name += ": " + strings.Join(s.args, " ")
	}
	_, words := s.ended()
	return &ran{s.subject(), name, s.world, s.lost, s.leftOut, s.Tracks[0].Length(), words, outcomeOf(s, name)}
}

// remember keeps the run of a session that goes, for the next run of the lesson: its
// strings lie in memory that goes with it. Of all runs in this sitting one is kept.
func (m *Model) remember(s *session) {
	if r := ranOf(s, theRunBefore); r != nil && s.run != nil {
		r.run.Settle()
		m.earlier = r
	}
}

// pair is two runs of a lesson under one playhead. Its player is its own, so that the
// stage is afterwards as it was.
type pair struct {
	playback
	runs [2]*ran
}

// pairWith puts a run beside that of the session.
func (m *Model) pairWith(other *ran) {
	s := m.session
	m.serial++
	p := &pair{playback: playback{number: m.serial, Player: player.New(2, 1), look: s.look}, runs: [2]*ran{ranOf(s, "this run"), other}}
	for i, r := range p.runs {
		p.Tracks[i].Begin(r.run)
		p.Tracks[i].EndAt(r.length)
	}
	p.look.Full = stage.NoPanel
	p.ZoomLike(s.Player)
	p.End()
	p.FitColumn(p.plot(m.grid.W, m.grid.H))
	if p.MeetAt(true); p.State() == player.Ended { // there is no moment
		p.ToStart()
	}
	s.pair = p
	m.uncoverStage()
}

// nextPair shows the run beside the one before it in this sitting, then beside the one
// that comes with the lesson, then alone.
func (m *Model) nextPair() tea.Cmd {
	s := m.session
	before, shipped := m.others()
	switch {
	case s.pair == nil && before != nil:
		m.pairWith(before)
	case shipped != "" && (s.pair == nil || s.pair.runs[1] == before):
		m.message = "Opening the recorded run ..."
		return safely(func() tea.Msg {
			recorded, err := Load(shipped)
			return besideMsg{s, recorded, err}
		})
	case s.pair == nil && !s.over:
		m.message = "P puts this run beside another one when it is over."
	default:
		s.pair = nil
	}
	return nil
}

// others are the runs that can stand beside that of the session: nil and "" where
// there is none.
func (m *Model) others() (before *ran, file string) {
	s := m.session
	if !s.over || s.world == nil {
		return nil, ""
	}
	if m.earlier != nil && m.earlier.lesson == s.subject() {
		before = m.earlier
	}
	if file = shipped(m.course.Root, s.lesson); s.lesson.Number == 0 || s.file == file {
		file = ""
	}
	return before, file
}

// besideMsg is a recording that was read to stand beside a run.
type besideMsg struct {
	session  *session
	recorded *Recorded
	err      error
}

func (m *Model) beside(msg besideMsg) {
	switch s := msg.session; {
	case s != m.session:
	case msg.err != nil:
		m.message = msg.err.Error()
	default:
		other := ofRecording(msg.recorded, s.lesson, player.New(1, 1))
		m.pairWith(ranOf(other, "the recorded run"))
		if m.message = ""; msg.recorded.Flaw != nil {
			m.message = "Not all of it can be read. " + msg.recorded.Flaw.Error()
		}
	}
}

func (m *Model) nowPair() keys.Hint {
	before, file := m.others()
	switch paired := m.session.pair; {
	case paired == nil && before != nil:
		return keys.Hint{Does: "beside the run before"}
	case file != "" && (paired == nil || paired.runs[1] == before):
		return keys.Hint{Does: "beside the recorded run"}
	case paired != nil:
		return keys.Hint{Does: "this run alone"}
	}
	return keys.Hint{}
}

// pairKey puts two runs side by side.
func pairKey() row {
	return row{Names: []string{"P"}, Sign: "P", Now: (*Model).nowPair, Do: (*Model).nextPair,
		Help: "two runs under one playhead, when the run is over: this one and the run before it in this sitting (before and after you edited main.go, or on another backend), then the one that comes with the lesson"}
}

func pairKeys() table {
	return slices.Concat(
		played(player.Keys[:1]), played(player.Meet), played(player.Keys[1:]),
		table{pairKey()},
		lookKeys(),
		explained(),
		table{searchKey(), mouseKey(), helpKey(), notEsc(out(words("this run alone"), "back to this run alone", do(func(m *Model) { m.session.pair = nil })))},
	)
}

// sideBySide reports whether the two runs stand side by side on a screen of w by h cells;
// else one stands above the other.
func sideBySide(w, h int) bool { return w >= pairWidth && h >= pairHeight }

// plot is about how many columns a time panel has.
func (p *pair) plot(w, h int) int {
	if sideBySide(w, h) {
		w /= 2
	}
	return max(w-30, 10)
}

// views are what stands on a screen of w by h cells, and where: below the rows of the
// contrast.
func (p *pair) views(m *Model, w, h int) (views [2]*stage.View, layouts [2]stage.Layout, top int) {
	for i, r := range p.runs {
		v := &stage.View{Theme: m.theme, Lesson: [...]string{"A", "B"}[i], Lost: r.lost, LeftOut: r.leftOut, Keys: m.now()}
		p.fill(v, i)
		switch p.StateOf(i) {
		case player.Replay:
			v.Status, v.Words = stage.Replay, speed(p.Player)
		case player.Past:
			v.Status = stage.Past
		default:
			v.Status, v.Words = stage.Over, r.exit
		}
		views[i] = v
	}
	top = stage.ContrastRows(h)
	layoutOf := stage.LayoutOfStack
	if sideBySide(w, h) {
		layoutOf = stage.LayoutOfPair
	}
	return views, layoutOf(w, h-top, views), top
}

func (p *pair) draw(r grid.Region, m *Model) {
	views, layouts, top := p.views(m, r.W, r.H)
	stage.DrawContrast(r.Sub(0, 0, r.W, top), views, p.contrast())
	stage.DrawPair(r.Sub(0, top, r.W, r.H-top), views, layouts)
}

// contrast says what differs.
func (p *pair) contrast() *stage.Contrast {
	a, b := p.runs[0], p.runs[1]
	c := &stage.Contrast{Names: [2]string{a.name, b.name}, Aligned: "both from their beginning"}
	if n := p.Aligned(); n >= 0 {
		key := a.run.Live.Moments[n].Key
		if c.Aligned = "aligned at moment " + strconv.Itoa(n+1); key != "" {
			c.Aligned += ": " + a.lesson.Moment(key).Question
		}
	}
	switch {
	case a.outcome == nil || b.outcome == nil:
		c.Outcome = "One of them has given no verdict."
	default:
		c.Outcome = a.outcome.differs(b.outcome)
	}
	return c
}

// mouse: a click puts the playhead where a time panel was clicked, and brings the run
// there to the front.
func (p *pair) mouse(m *Model, rows int, click bool, x, y int) tea.Cmd {
	views, layouts, top := p.views(m, m.grid.W, m.grid.H)
	y -= top
	for i := range layouts {
		l := &layouts[i]
		if l.PanelAt(x, y) == stage.NoPanel {
			continue
		}
		p.Front = i
		switch {
		case !click:
			v := views[i]
			v.ScrollBy(l.PanelAt(x, y), rows, l)
			p.look = v.Look
		case !m.clickLook(&p.playback, views[i], l, x, y):
			return m.seek(&p.playback, i, views[i], l, x, y)
		}
	}
	return nil
}
