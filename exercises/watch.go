package main

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"fdlab/lab/course"
	"fdlab/tui/terminal"
	"fdlab/tui/theme"
)

// watch checks again after each save: on a screen of its own, or, where there is no
// terminal that could show one, line after line.
func (t *tool) watch(words []string) int {
	first := t.next()
	if len(words) > 0 {
		if first = t.one(words); first == nil {
			return misuse
		}
	}
	if first == nil {
		fmt.Fprintln(t.out, "all exercises are solved; name one to watch it")
		return fine
	}
	if t.out == os.Stdout && terminal.Present() && !theme.Dumb(os.Environ()) {
		return t.watchOnScreen(first)
	}
	return t.watchInLines(first, len(words) > 0)
}

// watchInLines tells each verdict below the last one. When one has passed it goes on
// with the next, unless it is to stay.
func (t *tool) watchInLines(e *course.Exercise, stay bool) int {
	var files folder
	defer files.close()
	var seen map[string]string // the programs when the last trial began
	for t.ctx.Err() == nil {
		files.follow(t.folders()) // and then look: nothing is missed
		now := t.settled()
		if seen != nil {
			e = cmp.Or(t.changed(seen, now), e) // saved during the trial, or just now
		}
		seen = now
		fmt.Fprintf(t.out, "\n%s\n", strings.Repeat("─", t.width()))
		r := t.try(e)
		if t.ctx.Err() != nil {
			break
		}
		t.tell(e, r)
		if statusOf(r) == fine && !stay {
			next := t.next()
			if next == nil && t.changed(seen, t.programs()) == nil {
				fmt.Fprintln(t.out, "all exercises are solved")
				return fine
			}
			e = cmp.Or(next, e)
			continue
		}
		how := ""
		if files.why != nil {
			how = fmt.Sprintf(" (by polling: no file events, %v)", files.why)
		}
		fmt.Fprintf(t.out, "\n  watching exercises/ for a change%s; Ctrl-C ends\n", how)
		for t.ctx.Err() == nil {
			if saved := t.changed(seen, t.programs()); saved != nil {
				e = saved // unless the one that is saved meanwhile comes after it
				break
			}
			files.await(t.ctx.Done())
			files.follow(t.folders())
		}
	}
	return brokenOff
}
