package main

import "math"

type point struct{ x, y float64 }

// shapes are what Go Mono has no glyph for, of what fdlab draws; y goes down.
var shapes = map[rune][][]point{
	'▶': {{{-0.9, -1}, {0.9, 0}, {-0.9, 1}}},
	'◀': {{{0.9, -1}, {-0.9, 0}, {0.9, 1}}},
	'▸': {{{-0.5, -0.65}, {0.6, 0}, {-0.5, 0.65}}},
	'▾': {{{-0.65, -0.5}, {0.65, -0.5}, {0, 0.6}}},
	'◆': {{{0, -1}, {0.9, 0}, {0, 1}, {-0.9, 0}}},
	'◇': {{{0, -1}, {0.9, 0}, {0, 1}, {-0.9, 0}}, {{0, -0.7}, {-0.63, 0}, {0, 0.7}, {0.63, 0}}},
	'✓': {{{-0.85, 0.15}, {-0.62, -0.1}, {-0.25, 0.45}, {0.65, -1.05}, {0.88, -0.85}, {-0.22, 0.95}}},
	'✗': {
		{{-0.8, -0.8}, {-0.6, -1}, {0.8, 0.8}, {0.6, 1}},
		{{0.6, -1}, {0.8, -0.8}, {-0.6, 1}, {-0.8, 0.8}},
	},
	'‖': {
		{{-0.45, -1.2}, {-0.2, -1.2}, {-0.2, 1.2}, {-0.45, 1.2}},
		{{0.2, -1.2}, {0.45, -1.2}, {0.45, 1.2}, {0.2, 1.2}},
	},
	'◌': dots(),
}

// dots are the eight of a dotted circle.
func dots() (all [][]point) {
	const radius, dot = 0.75, 0.16
	for i := range 8 {
		sin, cos := math.Sincos(float64(i) * math.Pi / 4)
		x, y := radius*cos, radius*sin
		all = append(all, []point{{x - dot, y - dot}, {x + dot, y - dot}, {x + dot, y + dot}, {x - dot, y + dot}})
	}
	return all
}
