package grid

import (
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// Printable says what a cell shows for r, and how many cells that takes: 1 or
// 2, or 0 for what is left out. No control character ever comes back, so
// nothing that passes here can move the cursor or start an escape sequence.
//
// A cell holds one rune. So combining marks, joiners and variation selectors
// are left out, and with them whatever would melt into its neighbour: else the
// terminal's count of columns and ours would part. Tabs and line ends become a
// blank; other control characters and what has no glyph become '?'. To show
// which bytes they were, use Quote.
//
// The width is the one that x/ansi's StringWidth reports. It does not depend
// on the locale: under zh_CN a box still has sides one cell wide.
func Printable(r rune) (rune, int) {
	switch {
	case ' ' <= r && r < 0x7F:
		return r, 1
	case 0x2500 <= r && r < 0x25FD: // boxes, blocks, shapes: often drawn
		return r, 1
	case r == '\t' || r == '\n' || r == '\r':
		return ' ', 1
	case r < 0xA0:
		return '?', 1
	case r == utf8.RuneError:
		return r, 1
	case unicode.In(r, unicode.M, unicode.Cf), melts(r):
		return 0, 0
	case r == 0x3000: // the blank of Chinese and Japanese text is wide
		return r, 2
	case unicode.Is(unicode.Z, r):
		return ' ', 1
	case !unicode.IsPrint(r):
		return '?', 1
	}
	w := displaywidth.Rune(r)
	if w == 0 {
		return 0, 0
	}
	return r, w
}

// melts reports what joins a neighbour into one glyph though it is not a mark:
// skin colours of emoji, letters that make flags by pairs, the parts of Korean
// syllables, and a few letters that lean on another.
func melts(r rune) bool {
	return 0x1F3FB <= r && r <= 0x1F3FF || 0x1F1E6 <= r && r <= 0x1F1FF ||
		0x1100 <= r && r <= 0x11FF || 0xA960 <= r && r <= 0xA97F || 0xD7B0 <= r && r <= 0xD7FF ||
		unicode.Is(leaning, r)
}

// Width returns how many cells Text takes to draw s.
func Width(s string) int {
	n := 0
	for _, c := range s {
		_, w := Printable(c)
		n += w
	}
	return n
}

// leaning holds the letters that TestNoRuneMelts found.
var leaning = &unicode.RangeTable{
	R16: []unicode.Range16{{0x0D4E, 0x0D4E, 1}, {0x0E33, 0x0E33, 1}, {0x0EB3, 0x0EB3, 1}, {0xFF9E, 0xFF9F, 1}},
	R32: []unicode.Range32{
		{0x111C2, 0x111C3, 1}, {0x1193F, 0x11941, 2}, {0x11A84, 0x11A89, 1},
		{0x11D46, 0x11D46, 1}, {0x11F02, 0x11F02, 1},
	},
}
