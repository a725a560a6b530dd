// Package handout writes a lesson as one page to print: what a student fills in before, in
// and after the run. It has the questions, and no answer. It knows no terminal and no
// process.
package handout

import (
	_ "embed"
	"fmt"
	"html"
	"io"
	"strings"

	"fdlab/lab/course"
)

//go:embed style.css
var style string

// Write writes the page to out as HTML, which fetches nothing, and returns out's error. All words
// of the lesson are text in it, never HTML.
func Write(out io.Writer, l *course.Lesson) error {
	var b strings.Builder
	say := func(format string, words ...string) {
		quoted := make([]any, len(words))
		for i, w := range words {
			quoted[i] = html.EscapeString(w)
		}
		fmt.Fprintf(&b, format+"\n", quoted...)
	}
	part := func(key string) { say("<h2>%s</h2>", l.Heading(key)) }

	b.WriteString("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n")
	b.WriteString("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
	title := fmt.Sprintf("%02d %s", l.Number, l.Title)
	say("<title>%s</title>\n<style>\n"+style+"</style>", title)
	say("<header><h1>%s</h1><p>name <i></i> date <i></i></p></header>", title)
	part(course.KeyClaim)
	say("<blockquote>%s</blockquote>", l.Claim)

	part(course.KeyPredict)
	say("<p>%s</p>\n<ol class=options>", l.Question.Text)
	for _, o := range l.Question.Options {
		say("<li><b>%s</b> %s</li>", o.Letter, o.Text)
	}
	say("</ol>\n<p class=fill>I predict <i class=short></i> because <i></i></p>")

	part(course.KeyObserve)
	say("<p class=run><code>go run ./tui</code>, lesson %s. The run stops at these moments:</p>\n<ol>", fmt.Sprintf("%02d", l.Number))
	for _, m := range l.Moments {
		say("<li>%s <i></i></li>", m.Question)
	}
	say("</ol>\n<p class=drawing>A drawing of it:</p>") // that of Explain would give the answer away

	part(course.KeyVerdict)
	say("<p class=fill>The run answers <i class=short></i>. The claim is: true · half true · false, because <i></i></p>")
	part(course.KeyRecall)
	say("<ol>")
	for _, r := range l.Recall {
		say("<li>%s <i></i></li>", r.Question)
	}
	say("</ol>\n</html>")
	_, err := io.WriteString(out, b.String())
	return err
}
