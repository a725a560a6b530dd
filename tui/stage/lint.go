package stage

import (
	"fdlab/lab/diagnosis"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/page"
	"fdlab/tui/theme"
)

// explanations are what the keys 1 to 6 say of each lint: what it means, why
// it happens, and the way out.
var explanations = [...]struct{ name, text string }{
	diagnosis.Spin: {"spin", "The loop calls back again and again, or the program reads again and again, and nothing is taken. " +
		"Level-triggered readiness is a state, not a message: an fd that is not drained is ready at the next wait, too. " +
		"The thread uses a whole processor and gets nothing done. Way out: read in the callback, or delete the event; " +
		"in a busy loop: wait in select, poll or epoll_wait instead of asking."},
	diagnosis.Starve: {"starve", "This fd is ready in the kernel, but the loop that watches it is inside a callback, and a loop does one thing at a time. " +
		"Nobody is told before that callback returns. An event that makes itself active in its callback has the same effect, with short callbacks: " +
		"its turn does not end, and the loop does not come to the next wait. Way out: make callbacks short; hand long work to another thread; never sleep or block in one."},
	diagnosis.LongCallback: {"long callback", "A callback has run for more than a tenth of a second. For all that time its loop has looked at nothing else: " +
		"every other fd and every timer of the base waits."},
	diagnosis.PartialDrain: {"partial drain", "The callbacks read, but leave bytes behind. If the event is level-triggered, the loop calls back at once for the rest: more turns than needed, but no harm. " +
		"If it is edge-triggered, the rest waits for the next arrival, perhaps for ever; of a listener: clients that nobody accepts. Way out: read until EAGAIN, or with a larger buffer."},
	diagnosis.NeverRead: {"never read", "This fd is ready, and neither a pending event nor a thread waits for it. The bytes stay in the kernel. " +
		"Perhaps the program is busy elsewhere, or it has not added an event, or the event was one-shot and was not added again."},
	diagnosis.Leak: {"leak", "The program has ended with file descriptors open. The kernel closes them now. Or, if the program still runs: it has read the end of an fd and " +
		"not closed it, or it opens fd after fd and no longer uses them. Way out: close what is done with, on each path. A server that leaks one for each client " +
		"will one day get EMFILE (too many open files) from accept."},
}

// Explain returns the explanation of the warning that has this key; ok is false for other keys.
func Explain(key string) (title, text string, ok bool) {
	if len(key) != 1 || key[0] < '1' || int(key[0]-'0') >= len(explanations) {
		return "", "", false
	}
	e := explanations[key[0]-'0']
	return e.name, e.text, true
}

// DrawExplanation draws the explanation of a warning, by its key, over the stage.
func DrawExplanation(r grid.Region, th *theme.Theme, key string) {
	title, text, _ := Explain(key)
	rows := page.Wrap(grid.New(chrome.OverWidth(r.W), 0).Region(), 1, th.Style(theme.Text), text) + 1
	page.Wrap(chrome.Over(r, th, title, "any key closes this", rows), 1, th.Style(theme.Text), text)
}

// drawLints draws one row for each lint at the bottom of r, and returns how
// many rows it took. The digit is the key that explains it.
func drawLints(r grid.Region, v *scene) int {
	th := v.Theme
	lints := diagnosis.Warnings(v.lints[:0], v.World, v.Now)
	n := min(len(lints), max(r.H/2, 1))
	for i, l := range lints[:n] {
		p := r.At(0, r.H-n+i).Rune(th.Alarm.With(grid.Reverse), rune('0'+l.Kind)).Text(th.Alarm, " ")
		p = p.Text(th.Alarm, explanations[l.Kind].name).Text(th.Text, " ")
		// The name and the number come first; the words after them only where
		// there is room.
		also := func(p grid.Pen, words string) {
			if p.X+len(words) <= r.W {
				p.Text(th.Text, words)
			}
		}
		if l.FD != nil {
			p = p.Text(th.Text, l.FD.Name()).Text(th.Text, " ")
		}
		switch l.Kind {
		case diagnosis.Spin:
			if l.FD == nil {
				p = p.Text(th.Text, baseName(v.World, l.Base)).Text(th.Text, " ")
				also(p.Count(th.Text, l.Count), " turns call nobody")
				break
			}
			also(p.Count(th.Text, l.Count), " times for nothing")
		case diagnosis.Starve:
			switch {
			case l.FD == nil:
				p = p.Text(th.Text, sameName(v.World, l.Base)).Text(th.Text, " ")
				also(p.Count(th.Text, l.Count), " callbacks in one turn")
			case l.Cause == diagnosis.SameEvent:
				p = p.Text(th.Text, "by ").Text(th.Callback, sameName(v.World, l.Base)).Text(th.Text, " ")
				also(p.Duration(th.Text, l.For), ", its loop calls nobody else")
			default:
				also(p.Duration(th.Text, l.For), ", its loop is busy")
			}
		case diagnosis.LongCallback:
			p.Text(th.Text, baseName(v.World, l.Base)).Text(th.Text, " ").Duration(th.Text, l.For)
		case diagnosis.PartialDrain:
			if l.FD.Queued == 0 { // of a listener
				also(p.Count(th.Text, l.Count), " clients left behind")
				break
			}
			also(p.Count(th.Text, l.Count), " bytes left behind")
		case diagnosis.NeverRead:
			also(p.Duration(th.Text, l.For), ", nobody waits")
		case diagnosis.Leak:
			switch {
			case l.FD != nil:
				also(p.Text(th.Text, "open ").Duration(th.Text, l.For), " after its end")
			case l.For > 0:
				also(p.Count(th.Text, l.Count), " fds unused, and more come")
			default:
				also(p.Count(th.Text, l.Count), " fds open at the end")
			}
		}
	}
	return n
}
