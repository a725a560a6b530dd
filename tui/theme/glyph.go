package theme

import "fdlab/tui/grid"

// Glyphs are the shapes of the screen. Each is one cell wide, in every locale;
// none is an emoji.
type Glyphs struct {
	Lines  *grid.Lines
	Levels [9]rune // a height in eighths: nothing to full
	Begin  rune    // left side of a block on a lane
	End    rune    // right side of a block on a lane
	Body   rune    // its inside, where no text stands
	Cursor rune    // the selected row, the playhead's foot
	Bullet rune    // of a list
	Cut    rune    // text goes on beyond
	Arrow  rune    // leads to
	Band   rune    // the edge of what stands out of the page
	Yes    rune
	No     rune

	states [states]rune
}

var unicodeGlyphs = Glyphs{
	Lines:  &grid.UnicodeLines,
	Levels: [9]rune{' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'},
	Begin:  '▐', End: '▌', Body: '█',
	Cursor: '▲', Bullet: '•', Cut: '…', Arrow: '→', Band: '▌', Yes: '✓', No: '✗',
	states: [states]rune{'·', '─', '■', '◌', '●', '▶', '╌', '◆'},
}

var asciiGlyphs = Glyphs{
	Lines:  &grid.ASCIILines,
	Levels: [9]rune{' ', '_', '.', ':', '-', '=', '+', '*', '#'},
	Begin:  '[', End: ']', Body: '=',
	Cursor: '^', Bullet: '*', Cut: '~', Arrow: '>', Band: '|', Yes: 'y', No: 'n',
	states: [states]rune{'.', '-', '#', 'o', '@', '>', '~', 'X'},
}

// State is what an fd, a loop or a thread can be in.
type State uint8

// The states. What is watched, what is ready, and what the loop has noticed
// are three different things, at three different times.
const (
	StateIdle     State = iota // nothing there
	StateWatched               // the program wishes to know
	StateReady                 // the kernel has something
	StateLate                  // ready, and the loop has not looked yet
	StateNoticed               // the loop was told
	StateCallback              // its callback runs
	StateWaiting               // the loop sleeps in select, poll or epoll_wait
	StateBlocked               // a thread is stuck in a call

	states int = iota
)

var words = [states]struct {
	word string
	role Role
}{
	{"idle", Idle}, {"watched", Watched}, {"ready", Ready}, {"late", Late},
	{"noticed", Noticed}, {"callback", Callback}, {"wait", Waiting}, {"blocked", Blocked},
}

// Word is the state's name on the screen.
func (s State) Word() string { return words[s].word }

// Role is the state's role.
func (s State) Role() Role { return words[s].role }

// Glyph is the state's shape.
func (t *Theme) Glyph(s State) rune { return t.states[s] }

// Level is the glyph for a height of n out of full: nothing only for 0, the
// highest only for full.
func (t *Theme) Level(n, full int64) rune {
	switch {
	case n <= 0 || full <= 0:
		return t.Levels[0]
	case n >= full:
		return t.Levels[8]
	}
	return t.Levels[1+int(float64(n)/float64(full)*7)]
}
