package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"fdlab/lab/world"
	"fdlab/tui/stage"
)

// The sentence under the title.
var (
	theLoop   = regexp.MustCompile(`^(?:Time is held\. )?The loop (waits in|is inside|has been inside a "?callback"?) ?(\w*)`)
	noneLooks = regexp.MustCompile(`^fd (\d+) .* is ready in the kernel, and nobody has looked`)
	stands    = regexp.MustCompile(`· fd (\d+) .* stands ready; no loop has looked`)
)

func ofHeadline(add func(Claim), v *stage.View, l *ledger) {
	line := stage.Headline(v)
	running := loops(v.World)
	if m := theLoop.FindStringSubmatch(line); m != nil && len(running) > 1 {
		add(Claim{"the loop", "headline", line, func(f Facts) (string, bool) {
			var all []string
			waiting := 0
			for _, b := range running {
				k := f.Threads[b.Thread]
				if k.waits() {
					waiting++
				}
				all = append(all, fmt.Sprintf("base %d %s, thread %d: %v", b.Number, b.Name, b.Thread, k))
			}
			return strings.Join(all, "; "), waiting == len(running)
		}, atOnce})
	}
	if m := noneLooks.FindStringSubmatch(line); m != nil {
		n, _ := strconv.Atoi(m[1])
		add(Claim{"nobody has looked", "headline", line, func(f Facts) (string, bool) {
			k := f.Files[int32(n)]
			return k.String(), !k.Asked && k.Name != "" || k.Read
		}, afterWatcher})
	}
	if m := stands.FindStringSubmatch(line); m != nil {
		n, _ := strconv.Atoi(m[1])
		if l.told(int32(n)) {
			add(Claim{"stands ready", "headline", line, toldOfAll(int32(n), l), atOnce})
		}
	}
}

func ofWarnings(add func(Claim), v *stage.View, l *ledger) {
	for i, lint := range warnings(v.World, v.Now) {
		text := ""
		if rows := stage.Warnings(v); i < len(rows) {
			text = rows[i]
		}
		switch {
		case lint.neverRead:
			add(Claim{"never read", fmt.Sprintf("fd %d", lint.fd), text, func(f Facts) (string, bool) {
				if fact, ok := asleepOn(f, lint.fd); ok && fact != "no thread sleeps in a call on it" {
					return fact, false
				}
				k := f.Files[lint.fd]
				return k.String(), !k.Asked || k.Read
			}, afterWatcher})
		case lint.longCallback:
			b := v.World.BaseByNumber(lint.base)
			if b != nil && l.lostAt > b.Since && b.Phase == world.Calling {
				add(Claim{"a guess", fmt.Sprintf("base %d", lint.base), text, func(Facts) (string, bool) {
					return "records were lost since then: nobody knows when a callback began", false
				}, 0})
			}
		}
	}
}
