package main

import (
	"strings"

	"github.com/yuin/goldmark/ast"

	"fdlab/lab/course"
	"fdlab/tui/grid"
	"fdlab/tui/page"
	"fdlab/tui/theme"
)

// paper is a terminal without colours: its texts are for any.
var paper = theme.New(grid.Plain, theme.Unknown, false)

// markdown lays Markdown out for a reader: its marks are gone, its lines fit.
func (t *tool) markdown(text string) []string {
	source := []byte(text)
	return linesOf(page.Render(source, course.Markdown(source), t.width()-4, paper))
}

// blocks does so with a part of a README.
func (t *tool) blocks(source []byte, nodes []ast.Node) []string {
	return linesOf(page.Blocks(source, nodes, t.width()-4, paper))
}

// linesOf indents a text.
func linesOf(p *page.Page) (lines []string) {
	for _, l := range p.Lines {
		lines = append(lines, strings.TrimRight("  "+l.Text(), " "))
	}
	return lines
}

// wrapped breaks a text between words into lines of at most width cells.
func wrapped(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && grid.Width(line)+1+grid.Width(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
