package course

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// line returns the line of the README that a node begins on, counted from 1.
func (l *Lesson) line(n ast.Node) int {
	return 1 + bytes.Count(l.Source[:offset(n)], []byte("\n"))
}

// offset returns where a node begins in the source. A container (a list, a
// quote) knows no lines of its own: it begins where its first child does.
func offset(n ast.Node) int {
	for ; n != nil; n = n.FirstChild() {
		if n.Type() == ast.TypeInline {
			if t, ok := n.(*ast.Text); ok {
				return t.Segment.Start
			}
		} else if n.Lines().Len() > 0 {
			return n.Lines().At(0).Start
		}
	}
	return 0
}

// lines returns the lines from (inclusive) to (exclusive), counted from 1.
func lines(source []byte, from, to int) []byte {
	all := bytes.SplitAfter(source, []byte("\n"))
	from, to = min(from-1, len(all)), min(to-1, len(all))
	return bytes.Join(all[from:max(from, to)], nil)
}

// plain returns the text of a block or inline node without its marks, on one
// line.
func plain(n ast.Node, source []byte) string {
	var b strings.Builder
	ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			// Blocks that follow each other are words apart.
			if n.Type() == ast.TypeBlock && n.NextSibling() != nil {
				b.WriteByte(' ')
			}
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			b.Write(n.Segment.Value(source))
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.AutoLink:
			b.Write(n.Label(source))
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			b.WriteString(code(n, source))
		}
		return ast.WalkContinue, nil
	})
	return strings.Join(strings.Fields(b.String()), " ")
}

// code returns the text of a code block.
func code(n ast.Node, source []byte) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		b.Write(segment.Value(source))
	}
	return b.String()
}

// first returns the first of nodes that is a T.
func first[T ast.Node](nodes []ast.Node) (T, bool) {
	for _, n := range nodes {
		if found, ok := n.(T); ok {
			return found, true
		}
	}
	var none T
	return none, false
}

// children returns the nodes directly under n.
func children(n ast.Node) []ast.Node {
	var all []ast.Node
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		all = append(all, c)
	}
	return all
}

// leadIn takes a block that begins with bold text apart: the bold text, and
// the plain rest.
func leadIn(block ast.Node, source []byte) (bold, rest string, ok bool) {
	if block == nil {
		return "", "", false
	}
	strong, ok := block.FirstChild().(*ast.Emphasis)
	if !ok || strong.Level != 2 {
		return "", "", false
	}
	bold = plain(strong, source)
	rest = strings.TrimPrefix(plain(block, source), bold)
	return bold, strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(rest), ":：")), true
}

// emphasised reports whether a block begins with emphasised text.
func emphasised(block ast.Node) bool {
	e, ok := block.FirstChild().(*ast.Emphasis)
	return ok && e.Level == 1
}

// longestLabel keeps a sentence with a colon in it from being taken for a
// label.
const longestLabel = 20

// labelled takes a text like "Source: the post" apart, in any language.
func labelled(text string) (label, rest string, ok bool) {
	at := strings.IndexAny(text, ":：")
	if at < 0 || utf8.RuneCountInString(text[:at]) > longestLabel {
		return "", "", false
	}
	_, size := utf8.DecodeRuneInString(text[at:])
	return text[:at], strings.TrimSpace(text[at+size:]), true
}

// comment returns what the first comment in a block says, or "".
func comment(block ast.Node, source []byte) string {
	if block == nil {
		return ""
	}
	for n := block.FirstChild(); n != nil; n = n.NextSibling() {
		if raw, ok := n.(*ast.RawHTML); ok {
			text := string(raw.Segments.Value(source))
			if inner, is := strings.CutPrefix(text, "<!--"); is {
				return strings.TrimSpace(strings.TrimSuffix(inner, "-->"))
			}
		}
	}
	return ""
}
