package grid

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/clipperhouse/displaywidth"
)

// screen renders without colour, for tests of what stands where.
func screen(g *Grid) string {
	g.Profile = Plain
	return g.Render()
}

func expect(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestBoxIsDrawnInItsOwnCoordinates(t *testing.T) {
	g := New(14, 5)
	in := g.Region().Sub(2, 1, 11, 4).Box(&UnicodeLines, Style{}, Style{}, "time")
	end := in.Text(0, 0, Style{}, "ab")
	if end != 2 {
		t.Errorf("Text returned column %d, want 2", end)
	}
	in.TextRight(in.W, 1, Style{}, "right")
	in.Text(0, 2, Style{}, "outside")
	expect(t, screen(g), "\n  ┌ time ───┐\n  │ab       │\n  │    right│\n  └─────────┘")
}

func TestLongTitleIsCut(t *testing.T) {
	g := New(10, 2)
	g.Region().Box(&ASCIILines, Style{}, Style{}, "file descriptors")
	expect(t, screen(g), "+ file … +\n+--------+")
	for w := range 6 { // too small for a title, or for a box: no panic
		New(w, w).Region().Box(&UnicodeLines, Style{}, Style{}, "title")
	}
}

func TestNothingIsDrawnOutsideARegion(t *testing.T) {
	g := New(12, 6)
	r := g.Region().Sub(3, 2, 4, 2)
	r.Fill(-9, -9, 30, 30, '#', Style{})
	r.Text(-2, 0, Style{}, "abcdefghijkl")
	r.Sub(-5, -5, 40, 40).Text(0, 6, Style{}, "0123456789")
	r.Set(-1, 0, 'X', Style{})
	r.Set(4, 0, 'X', Style{})
	r.Sub(9, 9, 3, 3).Fill(0, 0, 9, 9, 'X', Style{})
	expect(t, screen(g), "\n\n   cdef\n   5678\n\n")
}

func TestWideRunes(t *testing.T) {
	g := New(8, 1)
	r := g.Region()
	if end := r.Text(0, 0, Style{}, "事件x"); end != 5 {
		t.Errorf("Text returned column %d, want 5", end)
	}
	expect(t, screen(g), "事件x")
	r.Set(1, 0, 'a', Style{}) // the second half goes, and so does the first
	expect(t, screen(g), " a件x")
	r.Set(2, 0, 'b', Style{})
	expect(t, screen(g), " ab x")
	g.Clear()
	r.Sub(0, 0, 3, 1).Text(0, 0, Style{}, "事件") // the second does not fit
	r.Set(3, 0, '|', Style{})
	expect(t, screen(g), "事 |")
	g.Clear()
	r.Sub(1, 0, 4, 1).Text(-1, 0, Style{}, "事件")
	expect(t, screen(g), "  件")
}

func TestBoxesAreNarrowWhateverTheLocale(t *testing.T) {
	t.Setenv("LANG", "zh_CN.UTF-8")
	t.Setenv("LC_ALL", "zh_CN.UTF-8")
	for _, c := range "─│┌┐└┘╌▁▂▃▄▅▆▇█▐▌■·▶◌…µ" {
		if _, w := Printable(c); w != 1 {
			t.Errorf("%c is %d cells wide", c, w)
		}
	}
}

func TestCut(t *testing.T) {
	g := New(20, 3)
	r := g.Region()
	if end := r.Cut(0, 0, 5, Style{}, "abcdefgh"); end != 5 {
		t.Errorf("column %d after a cut text, want 5", end)
	}
	r.Cut(0, 1, 5, Style{}, "abcde")
	r.Cut(0, 2, 4, Style{}, "事件机")
	expect(t, screen(g), "abcd…\nabcde\n事 …")
}

func TestNumbers(t *testing.T) {
	for want, got := range map[string][]byte{
		"0":            AppendCount(nil, 0),
		"999":          AppendCount(nil, 999),
		"555,000":      AppendCount(nil, 555000),
		"-1,234,567":   AppendCount(nil, -1234567),
		"n 1,000":      AppendCount([]byte("n "), 1000),
		"0 ns":         AppendDuration(nil, 0),
		"999 ns":       AppendDuration(nil, 999),
		"1.0 µs":       AppendDuration(nil, 1000),
		"9.9 µs":       AppendDuration(nil, 9999),
		"412 µs":       AppendDuration(nil, 412_999),
		"999 ms":       AppendDuration(nil, 999_999_999),
		"1.02 s":       AppendDuration(nil, 1_029_999_999),
		"59.9 s":       AppendDuration(nil, 59_999_999_999),
		"2 min 03 s":   AppendDuration(nil, 123_000_000_000),
		"-1.5 ms":      AppendDuration(nil, -1_500_000),
		"00:03.412":    AppendClock(nil, 3_412_900_000),
		"61:00.005":    AppendClock(nil, 3660_005_000_000),
		"-00:00.100":   AppendClock(nil, -100_000_000),
		"x 1.0 µs end": append(AppendDuration([]byte("x "), 1000), " end"...),
	} {
		if string(got) != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestPenMovesOn(t *testing.T) {
	g := New(60, 1)
	st := Style{}
	p := g.Region().At(1, 0).Text(st, "turns ").Int(st, 23).Skip(1).Count(st, 12345).
		To(20).Duration(st, 12000).Rune(st, '■').Clock(st, 0).Skip(1).Quote(st, 9, []byte("a\x1b"))
	expect(t, screen(g), ` turns 23 12,345    12 µs■00:00.000 "a\x1b"`)
	if p.X != 43 {
		t.Errorf("the pen stands at %d, want 43", p.X)
	}
}

// TestAPenMarksWhatItCuts: a number that lost its end must not pass for a
// smaller one.
func TestAPenMarksWhatItCuts(t *testing.T) {
	g := New(12, 8)
	r := g.Region().Sub(0, 0, 8, 8)
	r.At(0, 0).Text(Style{}, "waits ").Duration(Style{}, 461e6).Text(Style{}, " longer")
	r.At(0, 1).Text(Style{}, "all of it")
	r.At(0, 2).Text(Style{}, "12345678")
	r.At(0, 3).Text(Style{}, "12345678").Text(Style{}, "  ")
	r.At(0, 7).Text(Style{}, "12345678").Text(Style{}, "  ").Text(Style{}, "9")
	r.At(0, 4).Text(Style{}, "12345678").Rune(Style{}, '▪')
	r.At(0, 5).Text(Style{}, "1234567").Count(Style{}, 65536)
	r.At(0, 6).Text(Style{}, "abcdefg h")
	r.At(9, 7).Text(Style{}, "outside")
	expect(t, screen(g), "waits 4…\nall of …\n12345678\n12345678\n1234567…\n1234567…\nabcdefg…\n1234567…")
}

func TestQuoteWritesWhatStrconvWrites(t *testing.T) {
	for _, s := range []string{"", "heihei\n", "\x1b[31m", "a'b\"c\\", "\xff\x00é事\u202e\t"} {
		g := New(80, 1)
		g.Region().Quote(0, 0, 80, Style{}, []byte(s))
		expect(t, screen(g), strconv.Quote(s))
	}
	g := New(80, 1)
	if end := g.Region().Quote(0, 0, 8, Style{}, []byte(strings.Repeat("x", 1000))); end != 8 {
		t.Errorf("column %d after 8 cells", end)
	}
	expect(t, screen(g), `"xxxxxx…`)
}

func TestProfiles(t *testing.T) {
	red := Style{FG: RGB(255, 0, 0), Attr: Bold}
	for p, want := range map[Profile]string{
		Plain:     "ab",
		Mono:      "\x1b[1ma\x1b[mb",
		ANSI16:    "\x1b[1;91ma\x1b[mb",
		ANSI256:   "\x1b[1;38;5;196ma\x1b[mb",
		TrueColor: "\x1b[1;38;2;255;0;0ma\x1b[mb",
	} {
		g := New(4, 1)
		g.Set(0, 0, 'a', red)
		g.Set(1, 0, 'b', Style{})
		g.Profile = p
		if got := g.Render(); got != want {
			t.Errorf("profile %d: %q, want %q", p, got, want)
		}
	}
}

func TestOnlyWhatChangesIsWritten(t *testing.T) {
	g := New(20, 2)
	g.Profile = ANSI16
	blue := Style{FG: Index(4)}
	x := g.Text(0, 0, blue, "a ")
	x = g.Text(x, 0, Style{}, " ") // a blank looks the same in either
	x = g.Text(x, 0, blue, "b")
	x = g.Text(x, 0, blue.With(Bold), "c")
	x = g.Text(x, 0, blue.With(Faint), "d")
	x = g.Text(x, 0, blue.On(Index(9)).With(Reverse|Underline), "e")
	g.Text(x, 0, blue, "f")
	g.Text(0, 1, blue, "g")
	want := "\x1b[34ma  b\x1b[1mc\x1b[22;2md\x1b[22;4;7;101me\x1b[24;27;49mf\x1b[m\n\x1b[34mg\x1b[m"
	if got := g.Render(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestBackgroundsReachTheEndOfARow(t *testing.T) {
	g := New(4, 1)
	g.Profile = ANSI16
	g.Text(0, 0, Style{}, "ab")
	g.Region().Restyle(0, 0, 4, 1, func(st Style) Style { return st.With(Reverse) })
	if got, want := g.Render(), "\x1b[7mab  \x1b[m"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestASCII(t *testing.T) {
	g := New(30, 2)
	g.ASCII = true
	g.Text(0, 0, Style{}, "┌─┐ ╬ ▒ a→b 12 µs… ■ 事é")
	expect(t, screen(g), "+-+ + # a>b 12 us~ # ? ?\n")
}

func TestResizeForgets(t *testing.T) {
	g := New(4, 2)
	g.Text(0, 0, Style{}, "abcd")
	g.Resize(2, 1)
	g.Resize(4, 2)
	expect(t, screen(g), "\n")
	g.Resize(-1, 5)
	expect(t, screen(g), "\n\n\n\n")
}

func TestAFrameDoesNotAllocate(t *testing.T) {
	g := New(200, 60)
	g.Profile = TrueColor
	stage(g)
	g.Render()
	if n := testing.AllocsPerRun(20, func() { g.Clear(); stage(g); g.Render() }); n > 1 {
		t.Errorf("%v allocations a frame, want the string's one", n)
	}
}

// TestNoRuneMelts tries every rune beside others: the terminal must count the
// cells that we count, or all that follows on the row is out of place.
func TestNoRuneMelts(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		c, w := Printable(r)
		if w == 0 || c == '?' && r != '?' {
			continue // left out, or drawn as another that is tried, too
		}
		for _, s := range []string{"", "a", "事", "각", "☺", string(c)} {
			want := w + 2*Width(s)
			if got := displaywidth.String(s + string(c) + s); got != want {
				t.Errorf("%U between %q takes %d cells, counted as %d", r, s, got, want)
			}
		}
	}
}

var ours = regexp.MustCompile("\x1b\\[[0-9;]*m")

// FuzzRubbish draws any bytes: only our own SGR leaves, and every row is as
// wide as the library that x/ansi, and so bubbletea, counts with believes.
func FuzzRubbish(f *testing.F) {
	f.Add("\x1b]11;?\x07\x1b[2J\x9b31m", 3)
	f.Add("事件\u202eab\u0301c\ufe0f👍🏽🇩🇪👩\u200d👩\u200d👧 \u1112\u1161\u11ab ก็ क्षि", -1)
	f.Add("\xff\xfe\xc0\x80\xed\xa0\x80", 0)
	f.Add("\u0600\u0915\u093f\u200b\u00ad\u2028\u3000\ue000\U000e0001x", 1)
	f.Fuzz(func(t *testing.T, s string, x int) {
		x %= 50
		g := New(40, 4)
		g.Profile = TrueColor
		in := g.Region().Sub(1, 0, 38, 4)
		in.Text(x, 0, Style{FG: Index(200)}, s)
		in.Bytes(x, 1, Style{Attr: Bold}, []byte(s))
		in.Quote(x, 2, 30, Style{}, []byte(s))
		for i, c := range []rune(s) {
			in.Set(x+i*7%31, 3, c, Style{})
		}
		for i, row := range strings.Split(g.Render(), "\n") {
			rest := ours.ReplaceAllString(row, "")
			for _, c := range rest {
				if c < ' ' || 0x7F <= c && c < 0xA0 {
					t.Errorf("row %d: %q reaches the terminal", i, rest)
				}
			}
			cells := 0
			for _, c := range rest {
				_, w := Printable(c)
				cells += w
			}
			if w := displaywidth.String(rest); w != cells || w > 40 {
				t.Errorf("row %d: %q is %d cells by our count, %d by the terminal's", i, rest, cells, w)
			}
		}
	})
}

func TestSVGIsXMLWithEachWordInItsPlace(t *testing.T) {
	g := New(12, 3)
	g.Region().Box(&UnicodeLines, Style{FG: Index(8)}, Style{Attr: Bold}, "a<b&")
	g.Text(1, 1, Style{FG: RGB(1, 2, 3), BG: RGB(9, 9, 9)}, "x\x1b▆事")
	var b strings.Builder
	err := SVG(&b, g, Picture{Text: RGB(200, 200, 200), Background: RGB(16, 18, 24), Title: "a & b\x00"})
	if err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(strings.NewReader(b.String())); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, b.String())
		}
	}
	for _, want := range []string{
		`<text x="20.4" y="43.5" fill="#010203">x?</text>`,
		`<text x="45.6" y="43.5" fill="#010203">事</text>`, // the block between is an area
		`<text x="28.8" y="25.5" fill="#c8c8c8" font-weight="bold">a&lt;b&amp;</text>`,
		`<path fill="#090909" shape-rendering="crispEdges" d="M20.4 30h42v18h-42z"/>`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in\n%s", want, b.String())
		}
	}
}
