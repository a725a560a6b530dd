package grade

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Text says the result for a terminal, in lines of at most width columns
// (records are not wrapped). It ends with a line end.
func (r *Result) Text(width int) string {
	var b strings.Builder
	if r.Err != "" { // the cause, what the machine said, the way out
		name := "because"
		for line := range strings.Lines(r.Err) {
			field(&b, width, name, line)
			name = ""
		}
		return b.String()
	}
	for _, c := range r.Checks {
		fmt.Fprintf(&b, "  %-11s  %s\n", c.Outcome, c.Name)
	}
	if r.Note != "" {
		b.WriteString("\n")
		field(&b, width, "note", r.Note)
	}
	if f := r.Feedback; f != nil {
		b.WriteString("\n")
		field(&b, width, "expected", f.Expected)
		field(&b, width, "seen", f.Saw)
		if len(f.Records) > 0 {
			b.WriteString("\n")
			for _, line := range f.Records {
				margin := "    "
				if strings.HasPrefix(line, Mark) {
					margin = margin[len(Mark):]
				}
				b.WriteString(margin + line + "\n")
			}
			b.WriteString("\n")
		}
		name, why := f.Why()
		field(&b, width, name, why)
		field(&b, width, f.But(), f.Truth)
		if f.Lesson != "" {
			field(&b, width, "read", fmt.Sprintf("lessons/%s/README.md, section %s", f.Lesson, cmp.Or(f.Heading, f.Section)))
		}
	}
	return b.String()
}

// field writes a named paragraph with a hanging indent.
func field(b *strings.Builder, width int, name, text string) {
	const indent = 12
	at := indent
	fmt.Fprintf(b, "  %-*s", indent-2, name)
	for i, word := range strings.Split(strings.TrimSpace(text), " ") { // two spaces stay two: they may be quoted
		n := utf8.RuneCountInString(word)
		if i > 0 && at+1+n > width {
			b.WriteString("\n" + strings.Repeat(" ", indent))
			at = indent
		} else if i > 0 {
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += n
	}
	b.WriteByte('\n')
}
