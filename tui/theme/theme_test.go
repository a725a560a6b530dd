package theme

import (
	"math"
	"strings"
	"testing"

	"fdlab/tui/grid"
)

func TestDetect(t *testing.T) {
	for env, want := range map[string]struct {
		p     grid.Profile
		b     Background
		ascii bool
	}{
		"TERM=xterm-256color LANG=en_US.UTF-8":                     {grid.ANSI256, Unknown, false},
		"TERM=xterm-256color COLORTERM=truecolor LANG=zh_CN.UTF-8": {grid.TrueColor, Unknown, false},
		"TERM=xterm-256color COLORTERM=truecolor NO_COLOR=yes":     {grid.Mono, Unknown, false},
		"TERM=xterm NO_COLOR= LANG=C.UTF-8":                        {grid.ANSI16, Unknown, false},
		"TERM=xterm LANG=C":                                        {grid.ANSI16, Unknown, true},
		"TERM=xterm LANG=C LC_ALL=de_DE.utf8":                      {grid.ANSI16, Unknown, false},
		"TERM=xterm LANG=de_DE.UTF-8 LC_ALL=POSIX":                 {grid.ANSI16, Unknown, true},
		"TERM=xterm LANG=zh_CN.GB18030":                            {grid.ANSI16, Unknown, true},
		"TERM=xterm RUNEWIDTH_EASTASIAN=1 LANG=ja_JP.UTF-8":        {grid.ANSI16, Unknown, true},
		"TERM=linux LANG=en_US.UTF-8":                              {grid.ANSI16, Unknown, true},
		"TERM=dumb COLORTERM=truecolor":                            {grid.Plain, Unknown, true},
		"LANG=en_US.UTF-8":                                         {grid.Plain, Unknown, false},
		"TERM=xterm FDLAB_ASCII=1 LANG=en_US.UTF-8":                {grid.ANSI16, Unknown, true},
		"TERM=xterm FDLAB_ASCII=0 LANG=C":                          {grid.ANSI16, Unknown, false},
		"TERM=tmux-256color FDLAB_THEME=light COLORFGBG=15;0":      {grid.ANSI256, Light, false},
		"TERM=rxvt COLORFGBG=0;default;15":                         {grid.ANSI16, Light, false},
		"TERM=rxvt COLORFGBG=15;0":                                 {grid.ANSI16, Dark, false},
		"TERM=rxvt COLORFGBG=what":                                 {grid.ANSI16, Unknown, false},
	} {
		th, err := Detect(strings.Fields(env))
		if err != nil {
			t.Errorf("%s: %v", env, err)
		}
		if th.Profile != want.p || th.Background != want.b || th.ASCII != want.ascii {
			t.Errorf("%s: profile %d, background %d, ascii %v; want %v",
				env, th.Profile, th.Background, th.ASCII, want)
		}
	}
}

func TestBadSettingIsNamedAndSurvived(t *testing.T) {
	for _, env := range []string{"FDLAB_THEME=purple", "FDLAB_ASCII=maybe"} {
		th, err := Detect([]string{"TERM=xterm", env})
		name, value, _ := strings.Cut(env, "=")
		if th == nil || err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), value) {
			t.Errorf("%s: theme %v, error %v", env, th != nil, err)
		}
	}
}

func TestStatesHaveShapesAndWordsOfTheirOwn(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		th := New(grid.TrueColor, Dark, ascii)
		shapes, words := map[rune]State{}, map[string]State{}
		for s := range State(states) {
			g, w := th.Glyph(s), s.Word()
			if other, ok := shapes[g]; ok || g == 0 {
				t.Errorf("ascii %v: %s and %s share the shape %c", ascii, w, other.Word(), g)
			}
			if _, ok := words[w]; ok || w == "" {
				t.Errorf("two states are called %q", w)
			}
			shapes[g], words[w] = s, s
		}
	}
}

func TestGlyphsAreOneCellWide(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		th := New(grid.Plain, Dark, ascii)
		l := th.Lines
		all := append([]rune{th.Begin, th.End, th.Body, th.Cursor, th.Bullet, th.Cut, th.Arrow, th.Band, th.Yes, th.No,
			l.Across, l.Down, l.Below, l.Above, l.Cross, l.UpperLeft, l.UpperRight, l.LowerLeft, l.LowerRight}, th.Levels[:]...)
		for _, r := range append(all, th.states[:]...) {
			if c, w := grid.Printable(r); c != r || w != 1 || ascii && r > 0x7E {
				t.Errorf("ascii %v: %q has width %d", ascii, r, w)
			}
		}
	}
}

func TestLevel(t *testing.T) {
	th := New(grid.Plain, Dark, false)
	for n, want := range map[int64]rune{0: ' ', 1: '▁', 65535: '▇', 65536: '█', 1 << 62: '█', -1: ' '} {
		if got := th.Level(n, 65536); got != want {
			t.Errorf("level of %d is %c, want %c", n, got, want)
		}
	}
	if got := th.Level(3, 0); got != ' ' {
		t.Errorf("level of nothing is %c", got)
	}
}

func TestWithoutColourNothingHasColour(t *testing.T) {
	for _, p := range []grid.Profile{grid.Plain, grid.Mono} {
		for r := range Role(roles) {
			st := New(p, Light, false).Style(r)
			if st.FG != grid.Default || st.BG != grid.Default || p == grid.Plain && st.Attr != 0 {
				t.Errorf("profile %d, role %d: %+v", p, r, st)
			}
		}
	}
	if New(grid.Mono, Dark, false).Style(Held).Attr&grid.Reverse == 0 {
		t.Error("where one stands cannot be seen without colour")
	}
}

// channels returns a colour's light, 0 to 1 (sRGB, IEC 61966-2-1).
func channels(c int) (v [3]float64) {
	for i := range v {
		x := float64(c>>(16-8*i)&0xFF) / 255
		if x <= 0.04045 {
			v[i] = x / 12.92
		} else {
			v[i] = math.Pow((x+0.055)/1.055, 2.4)
		}
	}
	return v
}

func luminance(c int) float64 {
	v := channels(c)
	return 0.2126*v[0] + 0.7152*v[1] + 0.0722*v[2]
}

// TestContrast holds the palettes to WCAG's contrast: 4.5 for text, 3 for a
// background that nobody told. A hairline is no text.
func TestContrast(t *testing.T) {
	for _, c := range []struct {
		name  string
		p     *palette
		on    []int
		least float64
	}{
		{"dark", &dark, []int{0x000000, 0x1E1E1E, 0x282A36, raised[Dark]}, 4.5},
		{"light", &light, []int{0xFFFFFF, 0xFDF6E3, raised[Light]}, 4.5},
		{"either", &either, []int{0x000000, 0x1E1E1E, 0xFFFFFF}, 3},
	} {
		for h, tone := range c.p {
			if hue(h) == hairline || tone.color == none { // no text; the student's own
				continue
			}
			for _, bg := range c.on {
				for _, color := range []int{tone.color, xterm(tone.indexed)} {
					if color != tone.color && bg == raised[Light] {
						bg = xterm(255) // the nearest of the 256
					}
					a, b := luminance(color), luminance(bg)
					if got := (max(a, b) + 0.05) / (min(a, b) + 0.05); got < c.least {
						t.Errorf("%s: hue %d, #%06x on #%06x: contrast %.2f, want %.1f", c.name, h, color, bg, got, c.least)
					}
				}
			}
		}
	}
}

// xterm is colour n, 16 to 255, of xterm's 256.
func xterm(n int) int {
	if n >= 232 {
		return (8 + 10*(n-232)) * 0x010101
	}
	cube := []int{0, 95, 135, 175, 215, 255}
	n -= 16
	return cube[n/36]<<16 | cube[n/6%6]<<8 | cube[n%6]
}

// TestAHueIsNoDecoration: the screen itself, its headings and its keys, and a
// lesson's page have no hue. The states have, and no two of the hues are the same.
func TestAHueIsNoDecoration(t *testing.T) {
	for r := range Role(roles) {
		h := looks[r].hue
		if state := r >= Idle && r <= Alarm; !state && (h == wish || h == fact || h == loop || h == alarm) {
			t.Errorf("role %d is no state, and has the hue %d", r, h)
		}
	}
	for name, p := range map[string]palette{"dark": dark, "light": light, "either": either} {
		seen := map[int]bool{}
		for _, h := range []hue{wish, fact, loop, alarm, quiet} {
			if c := p[h].color; seen[c] || c == none {
				t.Errorf("%s: #%06x has two meanings", name, c)
			}
			seen[p[h].color] = true
		}
	}
}

// blindness holds the matrices of Machado, Oliveira and Fernandes (2009) for
// full protanopia and deuteranopia.
var blindness = map[string][3][3]float64{
	"none":         {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
}

// lab is the CIE L*a*b* of a colour as an eye with that blindness sees it.
func lab(c int, m [3][3]float64) (v [3]float64) {
	in := channels(c)
	var seen [3]float64
	for i := range seen {
		for j := range in {
			seen[i] += m[i][j] * in[j]
		}
		seen[i] = min(max(seen[i], 0), 1)
	}
	r, g, b := seen[0], seen[1], seen[2]
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x := f((0.4124*r + 0.3576*g + 0.1805*b) / 0.9505)
	y := f(0.2126*r + 0.7152*g + 0.0722*b)
	z := f((0.0193*r + 0.1192*g + 0.9505*b) / 1.089)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

// TestColourBlind holds the states of the stage apart for every eye. A
// distance of 2.3 is just noticeable; glyphs this small need several times it.
func TestColourBlind(t *testing.T) {
	shown := []hue{wish, fact, loop, alarm, quiet}
	for name, p := range map[string]*palette{"dark": &dark, "light": &light, "either": &either} {
		for eye, m := range blindness {
			for i, a := range shown {
				for _, b := range shown[:i] {
					for least, pair := range map[float64][2]int{
						10: {p[a].color, p[b].color}, 8: {xterm(p[a].indexed), xterm(p[b].indexed)}, // 256 have few to choose from
					} {
						u, v := lab(pair[0], m), lab(pair[1], m)
						d := math.Hypot(math.Hypot(u[0]-v[0], u[1]-v[1]), u[2]-v[2])
						if d < least {
							t.Errorf("%s, %s: hues %d and %d, #%06x and #%06x, are %.1f apart", name, eye, a, b, pair[0], pair[1], d)
						}
					}
				}
			}
		}
	}
}
