package page

import (
	"regexp"
	"strings"
	"testing"

	"github.com/clipperhouse/displaywidth"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

var plain = theme.New(grid.TrueColor, theme.Dark, false)

func parse(source string) ast.Node {
	md := goldmark.New(goldmark.WithExtensions(extension.Table))
	return md.Parser().Parse(text.NewReader([]byte(source)))
}

func render(source string, width int, th *theme.Theme) *Page {
	return Render([]byte(source), parse(source), width, th)
}

// shown is a page as it stands on the screen, without styles.
func shown(p *Page) string {
	g := grid.New(100, len(p.Lines))
	p.Draw(g.Region(), 0)
	return g.Render()
}

func expect(t *testing.T, source string, width int, want ...string) {
	t.Helper()
	if got := shown(render(source, width, plain)); got != strings.Join(want, "\n") {
		t.Errorf("%q in %d cells:\n%s\nwant:\n%s", source, width, got, strings.Join(want, "\n"))
	}
}

func TestParagraphsAreWrappedAtWords(t *testing.T) {
	expect(t, "An event\nis *pending* when it was **added**, `event_add`.\n\nNext.", 20,
		"An event is pending", "when it was added,", "event_add.", "", "Next.")
	expect(t, "abcdefghijklmnop qr", 6, "abcdef", "ghijkl", "mnop", "qr")
	expect(t, "one  \ntwo<br>three", 20, "one", "two", "three")
	expect(t, "exactly ten wide.. next", 10, "exactly", "ten wide..", "next")
	expect(t, "a\u00a0b c", 3, "a b", "c")
}

func TestANumberStaysWithItsUnit(t *testing.T) {
	expect(t, "it waits for 1.3 s, then", 16, "it waits for", "1.3 s, then")
	expect(t, "after 12 ms. a1 stays, 3 servers come", 9, "after", "12 ms. a1", "stays, 3", "servers", "come")
	g := grid.New(16, 2)
	Wrap(g.Region(), 0, grid.Style{}, "it waits for 1.3 s, then")
	if got := g.Render(); got != "it waits for\n1.3 s, then" {
		t.Errorf("%q", got)
	}
}

func TestChineseIsWrappedWithoutBlanks(t *testing.T) {
	expect(t, "事件循环，就是这样。", 8, "事件循", "环，就是", "这样。")
	expect(t, "事件\n循环 loop", 40, "事件循环 loop")
	expect(t, "a 事件 b", 4, "a 事", "件 b")
}

func TestHeadingsAreFoundOnTheirLines(t *testing.T) {
	p := render("# The *claim*\n\ntext\n\n## Predict\n\nmore", 40, plain)
	if got, want := shown(p), "The claim\n─────────\n\ntext\n\nPredict\n\nmore"; got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	want := []Heading{{1, "The claim", 0}, {2, "Predict", 5}}
	if len(p.Headings) != 2 || p.Headings[0] != want[0] || p.Headings[1] != want[1] {
		t.Errorf("headings %v, want %v", p.Headings, want)
	}
}

func TestLists(t *testing.T) {
	expect(t, "- one two three\n- four\n  - five\n\n    six\n- [ ] x", 12,
		"• one two", "  three", "• four", "  • five", "", "    six", "• [ ] x")
	expect(t, "9. nine\n10. ten\n    1. inner\n", 20, " 9. nine", "10. ten", "    1. inner")
	expect(t, "- - deep\n- \n- x", 20, "• • deep", "•", "• x")
	expect(t, "1) a\n\n   ```\n   code\n   ```", 20, "1) a", "", "     code")
}

func TestCodeIsClippedAndNeverWrapped(t *testing.T) {
	expect(t, "```go\nfor {\n\tn := read(fd, buf)\n}\n```", 16, "for {", "    n := read(f…", "}")
	expect(t, "```\n      ab\n        cd\n```", 6, "ab", "  cd")
	expect(t, "    a  b   c", 40, "  a  b   c")
}

func TestQuotesRulesLinksImages(t *testing.T) {
	expect(t, "> one two\n> three\n>\n> four", 10, "│ one two", "│ three", "│", "│ four")
	expect(t, "a\n\n---\n\nb", 5, "a", "", "─────", "", "b")
	expect(t, "[select(2)](https://man7.org/x) <https://a.b> ![a picture](p.svg)", 80,
		"select(2) (https://man7.org/x) https://a.b [a picture]")
	expect(t, "<!-- for nobody -->\n\na <b>c</b> &amp; \\* &#27;[2J", 40, "a c & * ?[2J")
}

func TestTables(t *testing.T) {
	source := "| fd | what |\n|---:|------|\n| 3 | the FIFO |\n| 10 | `listen` |\n"
	expect(t, source, 40, "fd │ what", "───┼─────────", " 3 │ the FIFO", "10 │ listen")
	expect(t, "| a | long column |\n|---|---|\n| x | one two three |\n", 12,
		"a │ long", "  │ column", "──┼─────────", "x │ one two", "  │ three")
	expect(t, source, 6, "fd: 3", "what:", "the", "FIFO", "", "fd: 10", "what:", "listen")
}

func TestASCII(t *testing.T) {
	th := theme.New(grid.Mono, theme.Unknown, true)
	source := "# T\n\n- a → b\n\n> q\n\n| a | b |\n|---|---|\n| c | d |\n\n```\n┌─┐ too long for this line\n```"
	p := render(source, 14, th)
	g := grid.New(20, len(p.Lines))
	th.Prepare(g)
	p.Draw(g.Region(), 0)
	for _, c := range g.Render() {
		if c > 0x7E {
			t.Errorf("%q is not ASCII, in\n%s", c, g.Render())
		}
	}
}

func TestStyles(t *testing.T) {
	p := render("a **b *c* `d`** [e](f)", 40, plain)
	strong := plain.Style(theme.Strong)
	want := Line{
		{grid.Style{}, "a "}, {strong, "b "}, {strong.With(grid.Underline), "c"},
		{strong, " d"}, {grid.Style{}, " "}, // code is as strong as what is strong
		{plain.Style(theme.Link), "e"}, {plain.Style(theme.Faint), " (f)"},
	}
	got := p.Lines[0]
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Fatalf("got  %v\nwant %v", got, want)
		}
	}
}

func TestDrawScrolls(t *testing.T) {
	p := render("a\n\nb\n\nc", 10, plain)
	g := grid.New(10, 5)
	p.Draw(g.Region().Sub(2, 1, 4, 2), 2)
	if got, want := g.Render(), "\n  b\n\n\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	g.Clear()
	p.Draw(g.Region(), -3)
	p.Draw(g.Region(), 99)
	if got, want := g.Render(), "\n\n\na\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBlocksRenderASection(t *testing.T) {
	source := "# T\n\none\n\ntwo\n\n## U\n"
	first := parse(source).FirstChild().NextSibling()
	p := Blocks([]byte(source), []ast.Node{first, first.NextSibling()}, 20, plain)
	if got, want := shown(p), "one\n\ntwo"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	p = Render([]byte(source), first, 20, plain)
	if got, want := shown(p), "one"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

var ours = regexp.MustCompile("\x1b\\[[0-9;]*m")

// FuzzWidth renders any Markdown at any width: no line is wider, and nothing
// reaches the terminal that moves its cursor.
func FuzzWidth(f *testing.F) {
	for _, s := range []string{
		"# a *b* `c`\n\n- x\n  1. y\n     > z\n       - - - deep\n\n***\n",
		"| a | b | c |\n|:-:|--:|---|\n| 事件循环 | x<br>y | `z` |\n|1|\n",
		"```\n\t\x1b[2J事件\x9b\n```\n\n    indented\n\n<div>\x07</div>\n",
		"![事](a) [b](<\x1b]0;x\x07>) <http://x> &#27;&#x9b;&nbsp;\\\nfoo  \nbar",
		"> > > > > > > > > > > > > > > > deep\n\n1. \n2.\n999999999. x",
		"[r]: /url 'title'\n\n[r] ☺️👩‍👩‍👧 e\u0301 ก็\u202e",
	} {
		f.Add(s, uint8(20))
		f.Add(s, uint8(3))
	}
	narrow := theme.New(grid.TrueColor, theme.Light, false)
	f.Fuzz(func(t *testing.T, source string, width uint8) {
		p := render(source, int(width), narrow)
		for i, line := range p.Lines {
			if w := displaywidth.String(line.Text()); w > int(width) {
				t.Errorf("line %d, %q, is %d cells wide, not %d", i, line.Text(), w, width)
			}
		}
		for _, h := range p.Headings {
			if h.Line < 0 || h.Line > len(p.Lines) {
				t.Errorf("heading %q on line %d of %d", h.Text, h.Line, len(p.Lines))
			}
		}
		g := grid.New(int(width), min(len(p.Lines), 500))
		narrow.Prepare(g)
		p.Draw(g.Region(), 0)
		for _, c := range ours.ReplaceAllString(g.Render(), "") {
			if c < ' ' && c != '\n' || 0x7F <= c && c < 0xA0 {
				t.Errorf("%q reaches the terminal", c)
			}
		}
	})
}

func BenchmarkRender(b *testing.B) {
	source := []byte(strings.Repeat("## Observe\n\nA *thread* is `blocked` in read(2), [see](x).\n\n- one\n- two\n\n"+
		"| fd | what |\n|---|---|\n| 3 | FIFO |\n\n```go\nfor {}\n```\n\n", 20))
	doc := parse(string(source))
	b.ReportAllocs()
	for b.Loop() {
		Render(source, doc, 80, plain)
	}
}
