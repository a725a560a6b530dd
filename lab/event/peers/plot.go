//go:build linux

package main

import (
	"bytes"
	"fmt"
	"html"
	"math"
)

// The plot has one row for each figure, and in it a mark for each contender:
// its cost as a multiple of the cost of the one it is compared with, and a line
// from quartile to quartile. The scale is logarithmic, so that twice and half
// are equally far from 1. It brings its own background, and so can be read on
// a dark page and on a light one.
const (
	width, left, right = 860, 320, 830 // of the picture; of the scale
	rowHeight          = 19
	least, most        = 0.4, 4.0 // ends of the scale
)

// style is how a contender is drawn: colour and shape both tell it.
var styles = map[string]struct{ colour, shape string }{
	ours:        {"#0b5fd0", "disc"},
	libeventOne: {"#6b7280", "ring"},
	libeventMT:  {"#6b7280", "square"},
	bareEpoll:   {"#b45309", "diamond"},
	bareGo:      {"#15803d", "diamond"},
	goNet:       {"#15803d", "square"},
	gnetLoop:    {"#9333ea", "triangle"},
	recorded:    {"#c2185b", "disc"},
	unread:      {"#c2185b", "ring"},
}

// legend is the order of the marks above the plot.
var legend = []string{ours, libeventOne, libeventMT, bareEpoll, bareGo, goNet, gnetLoop, recorded}

func draw(results []result) []byte {
	var body bytes.Buffer
	y, group := 112, ""
	for _, r := range results {
		if len(r.contenders) < 2 {
			continue
		}
		for f, fig := range r.figures {
			if r.group != group {
				group = r.group
				y += 12
				text(&body, 20, y, "h", "start", r.group)
				y += rowHeight + 2
			}
			label := r.name
			if fig.rate {
				label += ": time a request"
			} else if len(r.figures) > 1 {
				label += ": CPU a request"
			}
			text(&body, left-14, y, "l", "end", label)
			fmt.Fprintf(&body, `<line class="g" x1="%d" y1="%d" x2="%d" y2="%d"/>`+"\n", left, y-4, right, y-4)
			for i := len(r.contenders) - 1; i > 0; i-- {
				s := r.ratio(f, i, 0)
				if fig.rate { // few requests a second take long
					s = spread{1 / s.high, 1 / s.median, 1 / s.low}
				}
				if r.contenders[i].name != unread {
					mark(&body, y-4, s, r.contenders[i].name)
				}
			}
			y += rowHeight
		}
	}
	height := y + 16

	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">
<title>What an operation costs, as a multiple of what it costs libevent</title>
<style>text{font-family:system-ui,sans-serif;fill:#1f2937} .t{font-size:17px;font-weight:600} .s,.l{font-size:12.5px} .h{font-size:13px;font-weight:600} .g{stroke:#e5e7eb} .a{stroke:#d1d5db} .one{stroke:#111827;stroke-width:1.5}</style>
<rect x="0.5" y="0.5" width="%d" height="%d" rx="8" fill="#fbfbfa" stroke="#9ca3af"/>
`, width, height, width, height, width-1, height-1)
	text(&out, 20, 32, "t", "start", "What an operation costs, as a multiple of what it costs libevent")
	x := 20
	for _, name := range legend {
		drawShape(&out, float64(x+6), 54, name)
		text(&out, x+17, 58, "s", "start", name)
		x += 30 + 6*len(name)
	}
	text(&out, 20, 80, "s", "start", "left of 1: cheaper")
	text(&out, 140, 80, "s", "start", "recorded: as a multiple of fdlab not recorded")
	for _, tick := range []float64{0.5, 0.7, 1, 1.5, 2, 3, 4} {
		class := "a"
		if tick == 1 {
			class = "one"
		}
		fmt.Fprintf(&out, `<line class="%s" x1="%.1f" y1="104" x2="%.1f" y2="%d"/>`+"\n", class, place(tick), place(tick), y-8)
		text(&out, int(place(tick)), 98, "s", "middle", fmt.Sprint(tick))
	}
	out.Write(body.Bytes())
	out.WriteString("</svg>\n")
	return out.Bytes()
}

// place is where a ratio lies on the scale; what is beyond lies at its end.
func place(ratio float64) float64 {
	at := math.Log(ratio/least) / math.Log(most/least)
	return left + (right-left)*max(0, min(1, at))
}

func mark(out *bytes.Buffer, y int, s spread, name string) {
	fmt.Fprintf(out, `<line stroke="%s" stroke-width="2" opacity="0.6" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>`,
		styles[name].colour, place(s.low), y, place(s.high), y)
	drawShape(out, place(s.median), float64(y), name)
	switch { // beyond the scale
	case s.median > most:
		text(out, right-10, y+4, "s", "end", fmt.Sprintf("%.2g", s.median))
	case s.median < least:
		text(out, left+10, y+4, "s", "start", fmt.Sprintf("%.2g", s.median))
	}
}

func drawShape(out *bytes.Buffer, x, y float64, name string) {
	c := styles[name].colour
	switch styles[name].shape {
	case "disc":
		fmt.Fprintf(out, `<circle cx="%.1f" cy="%.1f" r="5.5" fill="%s"/>`+"\n", x, y, c)
	case "ring":
		fmt.Fprintf(out, `<circle cx="%.1f" cy="%.1f" r="4" fill="#fbfbfa" stroke="%s" stroke-width="2"/>`+"\n", x, y, c)
	case "diamond":
		fmt.Fprintf(out, `<path d="M%.1f %.1fl5.5 5.5l-5.5 5.5l-5.5 -5.5z" fill="%s"/>`+"\n", x, y-5.5, c)
	case "square":
		fmt.Fprintf(out, `<rect x="%.1f" y="%.1f" width="9" height="9" fill="%s"/>`+"\n", x-4.5, y-4.5, c)
	case "triangle":
		fmt.Fprintf(out, `<path d="M%.1f %.1fl5.5 9.5h-11z" fill="%s"/>`+"\n", x, y-5.5, c)
	}
}

func text(out *bytes.Buffer, x, y int, class, anchor, s string) {
	fmt.Fprintf(out, `<text class="%s" x="%d" y="%d" text-anchor="%s">%s</text>`+"\n", class, x, y, anchor, html.EscapeString(s))
}
