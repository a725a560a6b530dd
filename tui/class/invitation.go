package main

import (
	"fmt"

	"rsc.io/qr"

	"fdlab/tui/class/audience"
	"fdlab/tui/grid"
	"fdlab/tui/page"
	"fdlab/tui/theme"
)

// invitation is what the screen shows to those who want to join: the link, and where it
// leads to another machine, a code with it.
type invitation struct {
	server *audience.Server
	room   *audience.Room
	code   *qr.Code // nil: nobody else could follow it
}

func invite(s *audience.Server, room *audience.Room) *invitation {
	i := &invitation{server: s, room: room}
	if !s.Local {
		i.code, _ = qr.Encode(s.Links[0], qr.L) // a link is short enough; a screen is not smudged
	}
	return i
}

// quiet is how many light modules stand around a code. Its standard asks for four, phones
// do with two, and there is no room for more in 24 rows.
const quiet = 2

// side is how many modules a code has at each side.
func (i *invitation) side() int { return i.code.Size + 2*quiet }

// Rows is for the words, and the code below: two modules a row.
func (i *invitation) Rows() int {
	if i.code == nil {
		return 8
	}
	return 2 + (i.side()+1)/2
}

func (i *invitation) Draw(r grid.Region, th *theme.Theme) {
	y := page.Wrap(r, 0, th.Style(theme.Strong), i.server.Links[0])
	words := r.Sub(0, y, r.W, r.H-y)
	if i.code != nil && r.H >= y+(i.side()+1)/2 && r.W >= i.side()+20 && th.Profile > grid.Plain && !th.ASCII {
		i.drawCode(r.Sub(0, y, i.side(), (i.side()+1)/2))
		words = r.Sub(i.side()+2, y, r.W-i.side()-2, r.H-y)
	}
	here := fmt.Sprintf("%d looking on.", i.room.Present())
	if i.server.Local {
		here += " Only this machine can open the link. For students: go run ./tui/class -listen :9878"
	}
	if i.code != nil && words.W == r.W {
		here += " The QR code needs a screen of 80x24, in colours."
	}
	y = page.Wrap(words, 1, th.Style(theme.Text), here)
	page.Wrap(words, y+1, th.Style(theme.Faint), "Whoever has the link sees the stage and can vote, and nothing else. J shows this again.")
}

// drawCode draws the code dark on light, as phones expect it, whatever the ground is.
func (i *invitation) drawCode(r grid.Region) {
	module := func(x, y int) grid.Color {
		x, y = x-quiet, y-quiet
		if x >= 0 && y >= 0 && x < i.code.Size && y < i.code.Size && i.code.Black(x, y) {
			return grid.RGB(0, 0, 0)
		}
		return grid.RGB(255, 255, 255)
	}
	for y := 0; y < i.side(); y += 2 {
		for x := range i.side() {
			r.Set(x, y/2, '▀', grid.Style{FG: module(x, y), BG: module(x, y+1)})
		}
	}
}
