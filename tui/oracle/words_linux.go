package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/stage"
)

// Claim is one word on the stage that the kernel can confirm or contradict.
type Claim struct {
	Rule    string // which kind of claim it is: "runs", "blocked", "bytes", ...
	Subject string // "thread 4242", "fd 6": what it is about
	Word    string // as it stands on the stage

	// Check says whether the facts agree with the word, and what they are.
	Check func(Facts) (fact string, ok bool)

	// Patience is how long the same facts must contradict the same word, with no
	// record in between, before it counts. The stage may be late by as much.
	Patience time.Duration
}

const (
	// atOnce is for what the program itself records, before and after it happens.
	atOnce = 60 * time.Millisecond
	// afterWatcher is for what the kernel's watcher finds out: it rests for 100 ms at
	// most between two looks, and may have to wait for a processor.
	afterWatcher = 400 * time.Millisecond
)

// fresh is for how long the stage shows that something has happened, and more.
const fresh = int64(500e6)

// claims returns all that the stage says at the moment of the view that the
// kernel can be asked about.
func claims(v *stage.View, l *ledger) (all []Claim) {
	add := func(c Claim) { all = append(all, c) }
	w := v.World
	for i := range w.Threads {
		if w.ThreadByID(w.Threads[i].ID) == &w.Threads[i] { // the last one that had the number
			ofThread(add, v, &w.Threads[i], l)
		}
	}
	for _, f := range openFDs(w) {
		ofKernelColumn(add, v, f)
		ofProgramColumn(add, v, f, l)
	}
	for i := range v.Run.Timeline.Lanes {
		lane := &v.Run.Timeline.Lanes[i]
		if lane.Ended != 0 {
			continue
		}
		if t := w.ThreadByID(lane.Thread); t != nil {
			ofThreadLane(add, v, t, lane)
		}
		if f, open := isOpen(w, lane.FD); open {
			ofFDLane(add, v, f, lane, l)
		}
	}
	ofClosed(add, w, l)
	ofOrphans(add, v)
	ofHeadline(add, v, l)
	ofWarnings(add, v, l)
	return all
}

// The words for a thread: "thread 4242 reader  runs", and below it what it is in
// the middle of: "▐ read(6) 930 ms", "‖ held before wait".
var inCall = regexp.MustCompile(`^\s+\S (.+)\((\d*)(?:, since closed)?\) `)

func ofThread(add func(Claim), v *stage.View, t *world.Thread, l *ledger) {
	words := stage.ThreadWords(v, t)
	subject := fmt.Sprintf("thread %d", t.ID)
	claim := ofOneThread(add, t.ID)
	drawn := strings.Join(words, "\n")
	if t.Ended == 0 && (t.Introduced || v.Strangers) {
		// What the kernel knows and the stage does not say.
		claim("not shown", "the stage does not say that the thread sleeps in a call", atOnce, func(k Thread) bool {
			return k.State != 'S' || !onFD(k.Call) || k.waits() || !l.knows(int32(k.Arg[0])) ||
				strings.Contains(drawn, fmt.Sprintf("%s(%d", k.Call, k.Arg[0]))
		})
	}
	if words == nil || t.Ended != 0 || v.World.Ended {
		return
	}
	claim("alive", words[0], afterWatcher, func(k Thread) bool { return k.State != 0 && k.State != 'X' })
	switch {
	case strings.HasSuffix(words[0], "  runs"):
		claim("runs", words[0], afterWatcher, awake)
	case strings.Contains(words[0], "  sleeps "):
		claim("sleeps", words[0], afterWatcher, asleep)
	case strings.Contains(words[0], "  last seen "):
		lastSeen(add, v, t, words[0], l)
	}
	top, ok := t.Top()
	if !ok {
		return
	}
	switch top.Kind {
	case world.InCall:
		if len(words) < 2 {
			return
		}
		m := inCall.FindStringSubmatch(words[1])
		if m == nil {
			add(Claim{"unknown word", subject, words[1], unknown, 0})
			return
		}
		call, on := m[1], m[2]
		claim("blocked", words[1], atOnce, func(k Thread) bool {
			return k.State == 'R' || k.State == 'D' || k.Call == call && (on == "" || call == "open" || strconv.FormatInt(k.Arg[0], 10) == on)
		})
		add(Claim{"which file", subject, words[1], func(f Facts) (string, bool) {
			k := f.Threads[t.ID]
			now := f.Files[int32(k.Arg[0])].Name
			if now == "" {
				now = "closed"
			}
			return fmt.Sprintf("%v%s, and that fd is %s now", k, k.runs(), now), k.Call != call || !onFD(call) || k.On == now || strings.Contains(words[1], "closed")
		}, 2 * atOnce})
	case world.AtGate:
		claim("held", words[min(1, len(words)-1)], atOnce, func(k Thread) bool { return k.State == 'R' || k.Call == "futex" })
	case world.InWait:
		call := top.Name
		claim("waits", "waits in "+call, atOnce, func(k Thread) bool { return k.State == 'R' || k.Call == call })
		ofWatched(add, v, t, top)
	}
}

// ofOneThread returns what adds a claim about a thread.
func ofOneThread(add func(Claim), id uint32) func(rule, word string, patience time.Duration, ok func(Thread) bool) {
	subject := fmt.Sprintf("thread %d", id)
	return func(rule, word string, patience time.Duration, ok func(Thread) bool) {
		add(Claim{rule, subject, word, func(f Facts) (string, bool) {
			k := f.Threads[id]
			return k.String() + k.runs(), ok(k)
		}, patience})
	}
}

func asleep(k Thread) bool { return k.State == 'S' }
func awake(k Thread) bool  { return k.State != 'S' }

// lastSeen: the stage does not know what the thread does, as the program got no
// processor to look. Then there is nothing to compare; but it may not say so where the
// program has just looked.
func lastSeen(add func(Claim), v *stage.View, t *world.Thread, word string, l *ledger) {
	ago := v.Now - l.looked
	add(Claim{"last seen", fmt.Sprintf("thread %d", t.ID), word, func(Facts) (string, bool) {
		return fmt.Sprintf("the trace has a look at all threads %v before", time.Duration(ago)), ago > world.SeenFor
	}, 0})
}

// ofWatched: the stage shows which fds a loop waits for; an epoll instance says
// itself which ones it watches. One more is the loop's own bell.
func ofWatched(add func(Claim), v *stage.View, t *world.Thread, top world.Frame) {
	if top.Name != "epoll_wait" {
		return
	}
	want := watchedBy(v.World, top.Base)
	opened := map[int32]bool{} // fds of which the trace knows
	for _, f := range openFDs(v.World) {
		opened[f.number] = true
	}
	add(Claim{"watched", fmt.Sprintf("loop of thread %d", t.ID), fmt.Sprintf("%d fds are watched: %v", len(want), slices.Sorted(maps.Keys(want))),
		func(f Facts) (string, bool) {
			k := f.Threads[t.ID]
			epoll := f.Files[int32(k.Arg[0])]
			if k.Call != "epoll_wait" || epoll.Watches == nil {
				return "", true
			}
			has := map[int32]bool{}
			ok := true
			for _, n := range epoll.Watches {
				has[n] = true
				ok = ok && (want[n] || !opened[n] && f.Files[n].Name == "anon_inode:[eventfd]")
			}
			for n := range want {
				ok = ok && (has[n] || !canPoll(f.Files[n]))
			}
			return fmt.Sprintf("its epoll instance watches %v", epoll.Watches), ok
		}, 2 * atOnce})
}

// canPoll reports whether epoll takes the file: it refuses regular files.
func canPoll(f File) bool {
	return strings.HasPrefix(f.Name, "pipe:") || strings.HasPrefix(f.Name, "socket:") || strings.HasPrefix(f.Name, "anon_inode:") || f.Asked
}

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
	case strings.HasPrefix(text, "callback ") && f.InCallback > 0:
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
		for n, epoll := range f.Files {
			for _, number := range epoll.Watches {
				if f.Files[number].Name == "" && !said[number] {
					return fmt.Sprintf("epoll instance %d watches fd %d, which is closed", n, number), false
				}
			}
		}
		return "", true
	}, 2 * atOnce})
}

// The sentence under the title.
var (
	theLoop   = regexp.MustCompile(`^(?:Time is held\. )?The loop (waits in|is inside|has been inside a callback) ?(\w*)`)
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

func unknown(Facts) (string, bool) { return "the oracle does not know this word", false }

// runs makes two sleeps differ between which a thread has run.
func (t Thread) runs() string {
	if t.State != 'S' {
		return ""
	}
	return fmt.Sprintf("\x00%d", t.Runs)
}
