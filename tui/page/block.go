package page

import (
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	table "github.com/yuin/goldmark/extension/ast"

	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// writer lays blocks out, one under the other.
type writer struct {
	source []byte
	th     *theme.Theme
	width  int
	wide   int // of code: it is never wrapped
	page   *Page

	indent []glyph // begins each line: the bars and blanks of quotes and lists
	marker []glyph // begins the next line instead, once: a list's bullet
}

// room is the width that the indent leaves.
func (w *writer) room() int { return w.width - width(w.indent) }

// line writes one line of text after the indent.
func (w *writer) line(text []glyph) { w.put(text, w.width) }

// wideLine writes a line of code. It may be wider than the text, where the
// screen has room, and is clipped there.
func (w *writer) wideLine(text []glyph) { w.put(text, max(w.wide, w.width)) }

func (w *writer) put(text []glyph, limit int) {
	begin := w.indent
	if w.marker != nil {
		begin, w.marker = w.marker, nil
	}
	all := append(begin[:len(begin):len(begin)], text...)
	w.page.Lines = append(w.page.Lines, spans(clip(all, limit, w.cut())))
}

// blank parts two blocks. Inside a quote its bar goes on.
func (w *writer) blank() {
	w.page.Lines = append(w.page.Lines, spans(clip(trim(w.indent), w.width, w.cut())))
}

func (w *writer) style(r theme.Role) grid.Style { return w.th.Style(r) }

// cut is the mark where something wider was clipped.
func (w *writer) cut() glyph { return glyph{w.th.Cut, 1, w.style(theme.Faint), true} }

func (w *writer) paragraph(text []glyph) {
	for _, line := range wrap(text, w.room()) {
		w.line(line)
	}
}

// within lays out the children of n, indented further. A line that has hardly
// room left is not indented more.
func (w *writer) within(n ast.Node, marker, indent []glyph, tight bool) {
	before := w.indent
	if w.room()-width(indent) >= 8 {
		outer := before
		if w.marker != nil {
			outer = w.marker // a list that begins an item of a list
		}
		if marker != nil {
			w.marker = append(outer[:len(outer):len(outer)], marker...)
		}
		w.indent = append(before[:len(before):len(before)], indent...)
	} else if marker != nil && w.marker == nil {
		w.marker = append(before[:len(before):len(before)], marker...)
	}
	w.blocks(children(n), tight)
	if marker != nil && w.marker != nil { // an item without text
		w.line(nil)
	}
	w.indent = before
}

// blocks lays blocks out, parted by a blank line unless they are tight.
func (w *writer) blocks(nodes []ast.Node, tight bool) {
	first := true
	for _, n := range nodes {
		if h, ok := n.(*ast.HTMLBlock); ok && h.HTMLBlockType == ast.HTMLBlockType2 {
			continue // a comment
		}
		if !first && !tight {
			w.blank()
		}
		first = false
		w.block(n)
	}
}

func children(n ast.Node) (nodes []ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		nodes = append(nodes, c)
	}
	return nodes
}

func (w *writer) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		w.heading(n)
	case *ast.ThematicBreak:
		w.rule(w.room())
	case *ast.Blockquote:
		bar := glyphs(nil, w.style(theme.Frame), string(w.th.Lines.Down)+" ")
		w.within(n, nil, bar, false)
	case *ast.List:
		w.list(n)
	case *ast.FencedCodeBlock:
		w.code(n)
	case *ast.CodeBlock:
		w.code(n)
	case *ast.HTMLBlock:
		w.html(n)
	case *table.Table:
		w.table(n)
	default: // paragraphs, and the text of tight lists
		if n.Type() == ast.TypeInline || n.FirstChild() != nil && n.FirstChild().Type() == ast.TypeInline {
			w.paragraph(w.inline(nil, n, grid.Style{}))
			return
		}
		w.within(n, nil, nil, false)
	}
}

func (w *writer) heading(n *ast.Heading) {
	text := w.inline(nil, n, w.style(theme.Title))
	w.page.Headings = append(w.page.Headings, Heading{n.Level, spans(text).Text(), len(w.page.Lines)})
	w.paragraph(text)
	if n.Level == 1 {
		w.rule(min(width(text), w.room()))
	}
}

func (w *writer) rule(n int) {
	w.line(glyphs(nil, w.style(theme.Frame), strings.Repeat(string(w.th.Lines.Across), max(n, 0))))
}

func (w *writer) list(n *ast.List) {
	number, last := n.Start, n.Start+n.ChildCount()-1
	wide := len(strconv.Itoa(last)) + 2
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if c.PreviousSibling() != nil && !n.IsTight {
			w.blank()
		}
		mark := string(w.th.Bullet) + " "
		if n.IsOrdered() {
			mark = strconv.Itoa(number) + string(rune(n.Marker)) + " "
			mark = strings.Repeat(" ", max(wide-len(mark), 0)) + mark
			number++
		}
		marker := glyphs(nil, w.style(theme.Faint), mark)
		w.within(c, marker, glyphs(nil, grid.Style{}, strings.Repeat(" ", len(marker))), n.IsTight)
	}
}

// code is never wrapped: a line of source that is cut can still be read, a
// diagram that is wrapped cannot. One that is too wide loses the blanks that
// all its lines begin with, before anything is cut.
func (w *writer) code(n ast.Node) {
	lines := n.Lines()
	rows := make([]string, lines.Len())
	widest, shared := 0, 1<<10
	for i := range rows {
		at := lines.At(i)
		rows[i] = strings.TrimRight(expand(string(at.Value(w.source))), "\n")
		if body := strings.TrimLeft(rows[i], " "); body != "" {
			shared = min(shared, len(rows[i])-len(body))
			widest = max(widest, grid.Width(rows[i]))
		}
	}
	margin := glyphs(nil, grid.Style{}, "  ")
	if over := widest + len(margin) + width(w.indent) - max(w.wide, w.width); over > 0 {
		margin = nil
		for i := range rows {
			rows[i] = rows[i][min(shared, len(rows[i])):]
		}
	}
	for _, row := range rows {
		text := glyphs(nil, w.style(theme.Text), row)
		for j := range text {
			text[j].hard = true
		}
		w.wideLine(append(margin[:len(margin):len(margin)], text...))
	}
	if lines.Len() == 0 {
		w.line(nil)
	}
}

// expand turns tabs into blanks, to the next multiple of 4.
func expand(s string) string {
	s = strings.TrimRight(s, "\r\n")
	var b strings.Builder
	column := 0
	for _, c := range s {
		if c == '\t' {
			n := 4 - column%4
			b.WriteString("    "[:n])
			column += n
			continue
		}
		b.WriteRune(c)
		_, n := grid.Printable(c)
		column += n
	}
	return b.String()
}

// html shows markup that Markdown leaves alone, as it stands.
func (w *writer) html(n *ast.HTMLBlock) {
	for i := range n.Lines().Len() {
		at := n.Lines().At(i)
		w.line(glyphs(nil, w.style(theme.Faint), expand(string(at.Value(w.source)))))
	}
}
