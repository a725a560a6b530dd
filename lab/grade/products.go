package grade

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fdlab/lab/world"
)

// product is something that the program puts out, and what it was to be.
type product struct {
	name     string
	got, due string
	fd       *world.FD
	deaf     bool // whom it is for does not read just now
}

// products are standard output, and what each client gets.
func (e *Examiner) products() []product {
	all := []product{{"standard output", e.Printed(), e.said.String(), nil, false}}
	for _, h := range e.hands {
		got, due := h.answers()
		c, _ := h.(*Client)
		all = append(all, product{"what " + h.name() + " gets", got, due, h.fd(), c != nil && !c.listens()})
	}
	return all
}

// about returns the fds that a product has to do with.
func (e *Examiner) about(p product) []*world.FD {
	if p.fd != nil {
		return []*world.FD{p.fd}
	}
	return e.handFDs()
}

// Excerpt quotes the beginning of a text, and says if there is more.
func Excerpt(s string) string {
	if s == "" {
		return "nothing"
	}
	if len(s) > 40 {
		return strconv.QuoteToASCII(s[:40]) + "..."
	}
	return strconv.QuoteToASCII(s)
}

// noise: the program puts out what is not due.
func (e *Examiner) noise() *Finding {
	for _, p := range e.products() {
		if strings.HasPrefix(p.due, p.got) {
			continue
		}
		verbatim := e.exam.Verbatim && p.fd == nil
		if verbatim { // all that it is about to put out tells more
			e.Settled()
			p.got = e.Printed()
		}
		n := alike(p.got, p.due)
		m := Noise
		switch {
		case verbatim && n < len(p.got):
			m = e.distortion(p.got, p.due, n)
		case e.meant(Noise) != Noise: // the exam knows better
		case n < len(p.got) && p.got[n] == 0 && !strings.HasPrefix(p.due[n:], "\x00"):
			m = WholeBuffer
		case p.fd != nil: // not on standard output
			m = WrongBytes
		default:
			m = WrongOutput
		}
		instead := p.name + " is the answer to what it has said, and nothing else"
		if m == WrongBytes && e.owed(p.fd, n) == 0 {
			return Find(SpeaksUnasked, fmt.Sprintf("after %d right bytes, %s goes on with %s; nothing that it had said was unanswered then",
				n, p.name, Excerpt(p.got[n:])), p.fd).Decides(e.WriteOf(p.fd, n)).Instead(instead)
		}
		counted := ""
		if e.Asides() > 0 && p.fd == nil {
			counted = fmt.Sprintf(" (lines %q are not counted)", strings.TrimSuffix(e.aside, "\n"))
		}
		found := Find(m, fmt.Sprintf("after %d right bytes%s, %s goes on with %s, and should with %s",
			n, counted, p.name, Excerpt(p.got[n:]), Excerpt(p.due[n:])), e.about(p)...)
		switch {
		case n > 0 && (m == AddsNewline || m == PieceIsLine || m == WholeBuffer):
			found.Decides(e.readOf(n - 1))
		case verbatim && n < sum(e.reads()): // else nothing that was read has to do with it
			found.Decides(e.readOf(n))
		case p.fd != nil:
			found.Decides(e.WriteOf(p.fd, n))
		case e.through != nil && e.through() != nil:
			found.FDs = append(found.FDs, e.through())
			found.Decides(e.RungFor(e.through(), n))
		}
		if m == WrongBytes {
			found.Instead(instead)
		}
		return found
	}
	return nil
}

// LeftOut is for a Look: what a client gets goes on with a wrong byte, after a write to it
// that was shorter than what had been read and not written yet.
func (e *Examiner) LeftOut() *Finding {
	for _, p := range e.products() {
		short := e.ShortWrite(p.fd)
		if p.fd == nil || strings.HasPrefix(p.due, p.got) || !slices.ContainsFunc(e.entries, func(r world.Entry) bool { return short(&r) }) {
			continue
		}
		n := alike(p.got, p.due)
		return Find(Unanswered, fmt.Sprintf("a write to %s was shorter than what had been read and not written yet; after %d right bytes, %s goes on with %s, and should with %s",
			safe(p.fd.Name()), n, p.name, Excerpt(p.got[n:]), Excerpt(p.due[n:])), p.fd).Decides(short)
	}
	return nil
}

// floods: it prints without end. Where that is because its loop spins, the spin
// has been told.
func (e *Examiner) floods() *Finding {
	if total, cut := e.run.Output().Size(); cut > 0 {
		return Find(Floods, fmt.Sprintf("the program has printed %d bytes", total))
	}
	return nil
}

// swallowed: all was read, and not passed on.
func (e *Examiner) swallowed() *Finding {
	for _, h := range e.hands {
		if h.unread() > 0 {
			return nil
		}
	}
	for _, p := range e.products() {
		if len(p.got) == len(p.due) || p.deaf {
			continue
		}
		if missing, _, _ := strings.Cut(p.due[len(p.got):], "\n"); p.fd == nil && len(missing) > 3 && strings.Contains(e.Logged(), missing) {
			return Find(OnStandardError, fmt.Sprintf("all that was said was read, but %s ends before %s; standard error has it", p.name,
				Excerpt(p.due[len(p.got):])), e.about(p)...)
		}
		if p.due[len(p.got):] == "\n" && p.got != "" && !strings.HasSuffix(p.got, "\n") { // else it is a line of its own
			return Find(NewlineLeftOut, fmt.Sprintf("all that was said was read, and %s has all of it but the newline at its end", p.name), e.about(p)...).
				Decides(e.readOf(len(p.got)))
		}
		about, decides := e.about(p), e.ShortWrite(p.fd)
		switch {
		case e.exam.Verbatim && p.fd == nil:
			decides = e.readOf(len(p.got))
		case e.exam.Later:
			decides = LastCall(p.fd, world.CallRead)
		}
		if e.through != nil && e.through() != nil {
			bell := e.through()
			about, decides = append(about, bell), LastCall(bell, world.CallRead)
		}
		return Find(Unanswered, fmt.Sprintf("all that was said was read, but %s ends before %s", p.name, Excerpt(p.due[len(p.got):])), about...).Decides(decides)
	}
	return nil
}
