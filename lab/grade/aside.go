package grade

import "strings"

// Aside says that the program may print this line (without its end) at any
// time, between other lines: what is due is compared without it. The clock
// decides when it comes, so the script cannot; judge it by the trace.
func (e *Examiner) Aside(line string) { e.aside = line }

// Asides returns how often the program has printed that line so far.
func (e *Examiner) Asides() int {
	_, n := e.withoutAsides(e.output())
	return n
}

// withoutAsides takes the asides out of text. A last line that may become one
// is taken out too, and not counted yet.
func (e *Examiner) withoutAsides(text string) (rest string, n int) {
	if e.aside == "" {
		return text, 0
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		switch {
		case line == e.aside+"\n":
			n++
		case !strings.HasSuffix(line, "\n") && strings.HasPrefix(e.aside, line):
		default:
			b.WriteString(line)
		}
	}
	return b.String(), n
}
