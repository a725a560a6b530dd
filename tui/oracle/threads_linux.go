package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"fdlab/lab/world"
	"fdlab/tui/stage"
)

// The words for a thread: "thread 4242 reader  runs", and below it what it is in
// the middle of: "▐ read(6) 930 ms", "‖ held before wait".
var inCall = regexp.MustCompile(`^\s+\S (.+)\((\d*)(?:, since closed)?\) `)

func ofThread(add func(Claim), v *stage.View, t *world.Thread, l *ledger) {
	words := stage.ThreadWords(v, t)
	subject := fmt.Sprintf("thread %d", t.ID)
	claim := ofOneThread(add, t.ID)
	drawn := strings.Join(words, "\n")
	if t.Ended == 0 && (t.Introduced || v.Strangers) && v.World.Sure(t.LastActive) {
		// What the kernel knows and the stage does not say, unless the record of it may be lost.
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
	if !ok || !v.World.Sure(top.Since) { // the stage has a question mark then
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
	unsure := map[int32]bool{} // and those that may be watched, for all that it knows
	for _, f := range openFDs(v.World) {
		opened[f.number] = true
		unsure[f.number] = !v.World.Unwatched(f.FD)
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
				ok = ok && (want[n] || unsure[n] || !opened[n] && (f.Files[n].Name == "anon_inode:[eventfd]" || v.World.LostAt != 0))
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

// runs makes two sleeps differ between which a thread has run.
func (t Thread) runs() string {
	if t.State != 'S' {
		return ""
	}
	return fmt.Sprintf("\x00%d", t.Runs)
}
