// Package firstframe keeps the first frame from waiting for the terminal.
//
// The init function of bubbletea v1 asks the terminal for its background
// colour (OSC 11) and waits up to 5 seconds for an answer. Many terminals
// never answer: a serial line, some multiplexers, a test's pseudo-terminal.
// The student would look at nothing.
//
// Lip Gloss does not ask what it has been told. So this package tells it. Go
// initialises packages in the order of their import paths, each after those
// that it imports: fdlab/tui/firstframe comes before
// github.com/charmbracelet/bubbletea. Whoever uses bubbletea imports it:
//
//	import _ "fdlab/tui/firstframe"
//
// What it tells does not matter: fdlab's colours come from tui/theme, which
// reads the environment and never asks the terminal.
package firstframe

import "github.com/charmbracelet/lipgloss"

func init() { lipgloss.SetHasDarkBackground(true) }
