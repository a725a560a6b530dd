package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/stage"
)

// The words in the column "ready".
var (
	ofNumber = regexp.MustCompile(`^\S (count )?([\d,]+)( bytes?| clients?| unsent| unread)?$`)
	ofOwner  = regexp.MustCompile(`^waiting in .*, thread (\d+)$`)
	ofState  = regexp.MustCompile(`^\S ([A-Z][A-Z_0-9]+)$`)
)

func ofKernelColumn(add func(Claim), v *stage.View, f fd) {
	_, word, _ := stage.FDWords(v, f.FD)
	subject := fmt.Sprintf("fd %d", f.number)
	claim := func(rule string, ok func(File) bool) {
		add(Claim{rule, subject, fmt.Sprintf("fd %d %s: %s", f.number, f.Name(), word), func(facts Facts) (string, bool) {
			k := facts.Files[f.number]
			return k.String(), ok(k)
		}, afterWatcher})
	}
	if f.Readiness&trace.NotOpen == 0 {
		claim("open", func(k File) bool { return k.Name != "" })
	}
	asked := func(ok func(File) bool) func(File) bool {
		return func(k File) bool { return !k.Asked || ok(k) }
	}
	_, text, _ := strings.Cut(word, " ")
	if m := ofNumber.FindStringSubmatch(word); m != nil {
		n, _ := strconv.ParseInt(strings.ReplaceAll(m[2], ",", ""), 10, 64)
		switch strings.TrimSpace(m[3]) {
		case "client", "clients":
			claim("clients", asked(func(k File) bool { return k.Backlog == n }))
		case "unsent":
			claim("unsent", asked(func(k File) bool { return k.TCP != "" && k.Unsent == n }))
		case "unread":
			claim("unread", asked(func(k File) bool { return k.TCP == "" && k.Queued == n }))
		default:
			claim("bytes", asked(func(k File) bool { return k.Queued == n }))
		}
		return
	}
	if m := ofState.FindStringSubmatch(word); m != nil {
		claim("tcp state", asked(func(k File) bool { return k.TCP == m[1] }))
		return
	}
	switch text {
	case "":
	case "empty":
		claim("empty", asked(func(k File) bool { return !k.Read && k.TCP != "LISTEN" }))
	case "no client":
		claim("no client", asked(func(k File) bool { return !k.Read }))
	case "ready":
		claim("ready", asked(func(k File) bool { return k.Read }))
	case "end of file":
		claim("end of file", asked(func(k File) bool { return k.Read && k.Hangup }))
	case "error":
		claim("error", asked(func(k File) bool { return k.Error || k.TCP != "" }))
	case "can write":
		claim("can write", asked(func(k File) bool { return k.Write || k.TCP != "" }))
	default:
		add(Claim{"unknown word", subject, word, unknown, 0})
	}
}

func ofProgramColumn(add func(Claim), v *stage.View, f fd, l *ledger) {
	watched, _, word := stage.FDWords(v, f.FD)
	subject := fmt.Sprintf("fd %d", f.number)
	row := fmt.Sprintf("fd %d %s: %s", f.number, f.Name(), word)
	_, text, _ := strings.Cut(word, " ")
	switch {
	case strings.HasPrefix(text, "blocked") || watched == "by call":
		add(Claim{"blocked on", subject, row + " (watched: " + watched + ")", func(facts Facts) (string, bool) {
			return asleepOn(facts, f.number)
		}, atOnce})
	case (strings.HasPrefix(text, "callback ") || strings.HasPrefix(text, `"callback" `)) && f.InCallback > 0:
		add(Claim{"in a callback", subject, row, inCallback(v, f.number), atOnce})
		if strings.Contains(text, " late ") && l.told(f.number) {
			add(Claim{"unseen", subject, row, toldOfAll(f.number, l), atOnce})
		}
	case ofOwner.MatchString(text):
		id, _ := strconv.ParseUint(ofOwner.FindStringSubmatch(text)[1], 10, 32)
		add(Claim{"watched by", subject, row, func(facts Facts) (string, bool) {
			return "there is no such thread", facts.Threads[uint32(id)].State != 0
		}, atOnce})
	case strings.HasPrefix(text, "unseen") && l.told(f.number):
		add(Claim{"unseen", subject, row, toldOfAll(f.number, l), atOnce})
	case text == "read" && v.Now-l.took(f.number) > fresh:
		add(Claim{"read", subject, row, func(Facts) (string, bool) { return "its reads were refused: EAGAIN", false }, 0})
	}
}

// ofWall: the wall has the same fds, each in one of a few states.
func ofWall(add func(Claim), v *stage.View, f fd, l *ledger) {
	word, subject := stage.WallWord(v, f.FD), fmt.Sprintf("fd %d", f.number)
	cell := fmt.Sprintf("fd %d %s on the wall: %s", f.number, f.Name(), word)
	reads := func(want bool) func(Facts) (string, bool) {
		return func(facts Facts) (string, bool) {
			k := facts.Files[f.number]
			return k.String(), !k.Asked || k.TCP == "LISTEN" && !want || k.Read == want
		}
	}
	switch word {
	case "": // a stranger, which is not shown
	case "in callback":
		add(Claim{"wall: in a callback", subject, cell, inCallback(v, f.number), atOnce})
	case "blocked":
		add(Claim{"wall: blocked on", subject, cell, func(facts Facts) (string, bool) { return asleepOn(facts, f.number) }, atOnce})
	case "unseen":
		add(Claim{"wall: unseen", subject, cell, reads(true), afterWatcher})
		if l.told(f.number) {
			add(Claim{"wall: unseen by a loop", subject, cell, toldOfAll(f.number, l), atOnce})
		}
	case "told":
		add(Claim{"wall: told", subject, cell, reads(true), afterWatcher})
	case "watched", "just called", "else":
		add(Claim{"wall: nothing to read", subject, cell, reads(false), afterWatcher})
	default:
		add(Claim{"unknown word", subject, cell, unknown, 0})
	}
}

// inCallback asks whether a thread exists that is in a callback of the fd.
func inCallback(v *stage.View, number int32) func(Facts) (string, bool) {
	return func(facts Facts) (string, bool) {
		for i := range v.World.Threads {
			t := &v.World.Threads[i]
			for _, frame := range t.Stack {
				if frame.Kind == world.InCallback && frame.FD == number && facts.Threads[t.ID].State != 0 {
					return "", true
				}
			}
		}
		return "no thread is in a callback of it", false
	}
}

// toldOfAll: a loop was told after the one write that still waits there. So it is not unseen.
func toldOfAll(number int32, l *ledger) func(Facts) (string, bool) {
	return func(facts Facts) (string, bool) {
		n, about := l.one(number)
		k := facts.Files[number]
		return fmt.Sprintf("%s; the trace has one write of %d bytes to it, and after it a loop was told", k, n), !about || k.Queued != n
	}
}

// asleepOn returns a thread that sleeps in a call on an fd: of several always the same,
// for another fact would be another doubt.
func asleepOn(facts Facts, number int32) (fact string, ok bool) {
	for _, id := range slices.Sorted(maps.Keys(facts.Threads)) {
		t := facts.Threads[id]
		if t.State == 'S' && onFD(t.Call) && !t.waits() && int32(t.Arg[0]) == number && t.On == facts.Files[number].Name {
			return fmt.Sprintf("thread %d: %v", id, t), true
		}
		if t.State == 'R' { // perhaps on its way there
			ok = true
		}
	}
	return "no thread sleeps in a call on it", ok
}

// ofClosed: an fd that the program opened by lab/sys and that is gone from the
// table, or stands there as closed, must be closed. A number that came back as a
// file that the trace does not know of says nothing.
func ofClosed(add func(Claim), w *world.World, l *ledger) {
	for number, e := range l.fds {
		if _, open := isOpen(w, number); open || e.file == "" {
			continue
		}
		file := e.file
		add(Claim{"closed and open", fmt.Sprintf("fd %d", number), fmt.Sprintf("fd %d: closed", number), func(f Facts) (string, bool) {
			k := f.Files[number]
			return k.String(), k.Name != file
		}, 2 * atOnce})
	}
}

// ofOrphans: an epoll instance may watch a number that is closed, while a dup
// keeps the file. The stage must say so.
func ofOrphans(add func(Claim), v *stage.View) {
	said := map[int32]bool{}
	for _, f := range v.World.FDs {
		if f.Closed != 0 && strings.Contains(stage.ClosedWords(v, f), "closed, event pending") {
			said[f.Number] = true
		}
	}
	add(Claim{"closed and watched", "epoll", "the stage does not say that an fd is closed and its event is pending", func(f Facts) (string, bool) {
		for _, n := range slices.Sorted(maps.Keys(f.Files)) { // the same fact each time: see weigh
			for _, number := range f.Files[n].Watches {
				if f.Files[number].Name == "" && !said[number] {
					return fmt.Sprintf("epoll instance %d watches fd %d, which is closed", n, number), false
				}
			}
		}
		return "", true
	}, 2 * atOnce})
}
