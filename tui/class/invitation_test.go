package main

import (
	"strings"
	"testing"

	"fdlab/tui/chrome"
	"fdlab/tui/class/audience"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

const longLink = "http://192.168.100.200:9878/AAAAAAAAAAAAAAAAAAAAAA/"

func drawnInvitation(i *invitation, th *theme.Theme, w, h int) *grid.Grid {
	g := grid.New(w, h)
	i.Draw(chrome.Over(g.Region(), th, "the class", "", i.Rows()), th)
	return g
}

func screenOf(g *grid.Grid) string {
	var rows []string
	for y := range g.H {
		rows = append(rows, g.Row(y))
	}
	return strings.Join(rows, "\n")
}

// TestTheCodeIsWholeOnASmallScreen: each module of it stands there, dark on light, with the quiet
// zone around it, on any ground.
func TestTheCodeIsWholeOnASmallScreen(t *testing.T) {
	i := invite(&audience.Server{Links: []string{longLink}}, audience.NewRoom())
	for _, ground := range []theme.Background{theme.Dark, theme.Light} {
		g := drawnInvitation(i, theme.New(grid.TrueColor, ground, false), 80, 24)
		left, top := -1, -1
		for y := range g.H {
			for x := range g.W {
				if g.At(x, y).Rune == '▀' && left < 0 {
					left, top = x, y
				}
			}
		}
		if left < 0 {
			t.Fatalf("there is no code:\n%s", screenOf(g))
		}
		for y := range i.side() {
			for x := range i.side() {
				st := g.At(left+x, top+y/2).Style
				color := st.FG
				if y%2 == 1 {
					color = st.BG
				}
				inside := x >= quiet && y >= quiet && x < quiet+i.code.Size && y < quiet+i.code.Size
				dark := inside && i.code.Black(x-quiet, y-quiet)
				if (color == grid.RGB(0, 0, 0)) != dark || !dark && color != grid.RGB(255, 255, 255) {
					t.Fatalf("module %d of row %d has the colour %x; dark: %v", x, y, color, dark)
				}
			}
		}
		if s := screenOf(g); !strings.Contains(s, longLink) || !strings.Contains(s, "0 looking on.") {
			t.Errorf("the words:\n%s", s)
		}
	}
}

// TestWithoutACodeTheWordsSayWhy: nobody else can follow a link to loopback; a small screen or one
// without colours has no code.
func TestWithoutACodeTheWordsSayWhy(t *testing.T) {
	room := audience.NewRoom()
	colours := theme.New(grid.TrueColor, theme.Dark, false)
	for name, c := range map[string]struct {
		server *audience.Server
		theme  *theme.Theme
		w, h   int
		says   string
	}{
		"loopback":     {&audience.Server{Links: []string{"http://127.0.0.1:9878/A/"}, Local: true}, colours, 120, 40, "Only this machine"},
		"a projector":  {&audience.Server{Links: []string{longLink}}, colours, 60, 20, "needs a screen of 80x24"},
		"no colours":   {&audience.Server{Links: []string{longLink}}, plain(), 120, 40, "in colours"},
		"ASCII screen": {&audience.Server{Links: []string{longLink}}, theme.New(grid.ANSI16, theme.Dark, true), 120, 40, "in colours"},
	} {
		s := screenOf(drawnInvitation(invite(c.server, room), c.theme, c.w, c.h))
		words := strings.Join(strings.Fields(s), " ")
		if strings.Contains(s, "▀") || !strings.Contains(words, c.says) || !strings.Contains(words, c.server.Links[0]) {
			t.Errorf("%s:\n%s", name, s)
		}
	}
}

// TestTheCommandLine: an unknown word is quoted, and the help is no error.
func TestTheCommandLine(t *testing.T) {
	o, err := parse([]string{"-listen", ":9878", "-payload", "-C", "x"})
	if err != nil || o != (options{listen: ":9878", payload: true, clone: "x"}) {
		t.Errorf("%+v, %v", o, err)
	}
	for _, args := range [][]string{{"open"}, {"-loud"}, {"-listen"}, {"\x1b[2J"}} {
		if _, err := parse(args); err == nil || !strings.Contains(err.Error(), "go run ./tui/class") || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%q: %v", args, err)
		}
	}
}
