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

// AsidesFirst returns how often it has printed that line before anything else.
func (e *Examiner) AsidesFirst() (n int) {
	for line := range strings.Lines(e.output()) {
		if line != e.aside+"\n" {
			break
		}
		n++
	}
	return n
}

// withoutAsides takes the asides out of text. One may come when only a part of a line
// that is due was said, and then ends that line: "20" and "idle\n". A last line that may
// become one is taken out too, and not counted yet.
func (e *Examiner) withoutAsides(text string) (rest string, n int) {
	if e.aside == "" {
		return text, 0
	}
	due := e.said.String()
	for line := range strings.Lines(text) {
		head, is := strings.CutSuffix(line, e.aside+"\n")
		switch {
		case is && (head == "" || strings.HasPrefix(due, rest+head)):
			n++
			rest += head
		case !strings.HasSuffix(line, "\n"):
			rest += e.withoutBegun(line, due[min(len(rest), len(due)):])
		default:
			rest += line
		}
	}
	return rest, n
}

// withoutBegun returns the last line without the aside that it may end in, unfinished.
func (e *Examiner) withoutBegun(line, due string) string {
	if strings.HasPrefix(due, line) {
		return line
	}
	for n := min(len(e.aside), len(line)); n > 0; n-- {
		head, is := strings.CutSuffix(line, e.aside[:n])
		if is && (head == "" || strings.HasPrefix(due, head)) {
			return head
		}
	}
	return line
}
