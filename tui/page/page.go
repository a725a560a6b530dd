// Package page turns a lesson's text, as goldmark reads it, into lines of a
// given width, and draws them into a grid with a scroll offset.
//
// It knows the part of Markdown that READMEs use: headings, paragraphs,
// emphasis, lists, code, tables, links, quotes, breaks, images by their words.
// No line is wider than asked. No control character of the source comes
// through: see grid.Printable.
package page

import (
	"github.com/yuin/goldmark/ast"

	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// Span is text in one style.
type Span struct {
	Style grid.Style
	Text  string
}

// Line is one row of a page.
type Line []Span

// Heading says on which line a heading stands.
type Heading struct {
	Level int // 1 to 6
	Text  string
	Line  int // index into Page.Lines
}

// Page is rendered text. It does not change once made.
type Page struct {
	Lines    []Line
	Headings []Heading
}

// Render lays out what lies under node (a document, or any block) in lines of
// at most width cells. It looks well from about 20 on, and works with any. source
// is what node was parsed from. With the Table extension, tables are laid out.
func Render(source []byte, node ast.Node, width int, th *theme.Theme) *Page {
	if node.Kind() != ast.KindDocument {
		return Blocks(source, []ast.Node{node}, width, th)
	}
	return Blocks(source, children(node), width, th)
}

// Blocks is Render for blocks that follow each other: a section of a page.
func Blocks(source []byte, nodes []ast.Node, width int, th *theme.Theme) *Page {
	return BlocksWide(source, nodes, width, width, th)
}

// BlocksWide is Blocks for a screen that has more room than text should take:
// code, which is never wrapped, may have wide cells.
func BlocksWide(source []byte, nodes []ast.Node, width, wide int, th *theme.Theme) *Page {
	p := &Page{}
	w := &writer{source: source, th: th, width: max(width, 0), wide: wide, page: p}
	w.blocks(nodes, false)
	return p
}

// Draw draws the page into r, line top first. It draws nothing past its end.
func (p *Page) Draw(r grid.Region, top int) {
	for y := range r.H {
		if top+y < 0 || top+y >= len(p.Lines) {
			continue
		}
		x := 0
		for _, s := range p.Lines[top+y] {
			x = r.Text(x, y, s.Style, s.Text)
		}
	}
}

// Text is a line without its styles.
func (l Line) Text() string {
	s := ""
	for _, span := range l {
		s += span.Text
	}
	return s
}
