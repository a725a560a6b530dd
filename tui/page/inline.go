package page

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// inline appends the running text under n. Emphasis adds to the style that
// surrounds it.
func (w *writer) inline(out []glyph, n ast.Node, st grid.Style) []glyph {
	switch n := n.(type) {
	case *ast.Text:
		value := n.Value(w.source)
		if !n.IsRaw() {
			value = util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(value)))
		}
		out = glyphs(out, st, string(value))
		switch {
		case n.HardLineBreak():
			out = append(out, glyph{r: '\n'})
		case n.SoftLineBreak() && !chinese(out, n, w.source):
			out = glyphs(out, st, " ")
		}
		return out
	case *ast.String:
		return glyphs(out, st, string(n.Value))
	case *ast.CodeSpan:
		st = w.over(st, theme.Code)
	case *ast.Emphasis:
		if n.Level > 1 {
			st = w.over(st, theme.Strong)
		} else {
			st = st.With(grid.Underline) // what printers write for italics
		}
	case *ast.AutoLink:
		return glyphs(out, w.over(st, theme.Link), string(n.Label(w.source)))
	case *ast.Link:
		return w.link(out, n, st)
	case *ast.Image:
		out = glyphs(out, w.style(theme.Faint), "[")
		out = w.children(out, n, w.style(theme.Faint))
		return glyphs(out, w.style(theme.Faint), "]")
	case *ast.RawHTML: // tags are dropped, what they surround is not
		if at := n.Segments; at.Len() > 0 {
			first := at.At(0)
			if strings.HasPrefix(strings.ToLower(string(first.Value(w.source))), "<br") {
				out = append(out, glyph{r: '\n'})
			}
		}
		return out
	}
	return w.children(out, n, st)
}

func (w *writer) children(out []glyph, n ast.Node, st grid.Style) []glyph {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		out = w.inline(out, c, st)
	}
	return out
}

// over lays a role's look over a style.
func (w *writer) over(st grid.Style, r theme.Role) grid.Style {
	top := w.style(r)
	if top.FG != grid.Default {
		st.FG = top.FG
	}
	return st.With(top.Attr)
}

// link shows the text, and the address after it where that says more.
func (w *writer) link(out []glyph, n *ast.Link, st grid.Style) []glyph {
	at := len(out)
	out = w.children(out, n, w.over(st, theme.Link))
	address := string(n.Destination)
	if address == "" || spans(out[at:]).Text() == address {
		return out
	}
	return glyphs(out, w.style(theme.Faint), " ("+address+")")
}

// chinese says whether a line end of the source stands between two wide
// runes: there, it is no blank.
func chinese(out []glyph, n *ast.Text, source []byte) bool {
	next, ok := n.NextSibling().(*ast.Text)
	if !ok || len(out) == 0 || out[len(out)-1].w < 2 {
		return false
	}
	for _, c := range string(next.Value(source)) {
		_, w := grid.Printable(c)
		return w == 2
	}
	return false
}
