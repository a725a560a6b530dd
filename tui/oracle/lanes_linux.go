package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/stage"
)

// ofThreadLane: a thread's lane shows whether it runs, spins or sleeps at this moment, and
// the words beside the lane say it.
func ofThreadLane(add func(Claim), v *stage.View, t *world.Thread, lane *world.Lane) {
	words := stage.ThreadWords(v, t)
	if words == nil || t.Ended != 0 || v.World.Ended {
		return
	}
	claim := ofOneThread(add, t.ID)
	switch stage.LaneWord(v, lane) {
	case "runs":
		claim("lane runs", "the lane of "+words[0]+" shows that it runs", afterWatcher, awake)
	case "spins":
		claim("lane spins", "the lane of "+words[0]+" shows that its loop spins", afterWatcher, awake)
	case "sleeps":
		claim("lane sleeps", "the lane of "+words[0]+" shows that it sleeps", afterWatcher, asleep)
	}
	said := stage.LaneReadout(v, lane)
	switch word, _, _ := strings.Cut(said, " "); word {
	case "runs", "spins":
		claim("beside runs", "beside the lane of "+words[0]+" stands "+said, afterWatcher, awake)
	case "sleeps", "asleep":
		claim("beside sleeps", "beside the lane of "+words[0]+" stands "+said, afterWatcher, asleep)
	case "", "waits", "callback", `"callback"`, "handling", "blocked", "held", "ended": // the same words as in the panel, which are compared
	default:
		add(Claim{"unknown word", fmt.Sprintf("thread %d", t.ID), said, unknown, 0})
	}
}

// The words beside an fd's lane: "unseen 1.2 ms, 5", "noticed 5", "in callback 5",
// "5 left, known", "watched". They are made from the lane alone, which has its own
// memory: so they are compared like those of the table. A number that was cut ends in "…".
var waiting = regexp.MustCompile(`^(?:unseen .*, |noticed |in "?callback"? )?(\d[\d,]*)(?: left, known)?$`)

func ofFDLane(add func(Claim), v *stage.View, f fd, lane *world.Lane, l *ledger) {
	said := stage.LaneReadout(v, lane)
	subject := fmt.Sprintf("fd %d", f.number)
	word := fmt.Sprintf("beside the lane of fd %d %s stands %s", f.number, f.Name(), said)
	ready := func(k File) bool { return !k.Asked || k.Read }
	kernel := func(rule string, ok func(File) bool) {
		add(Claim{rule, subject, word, func(facts Facts) (string, bool) {
			k := facts.Files[f.number]
			return k.String(), ok(k)
		}, afterWatcher})
	}
	if m := waiting.FindStringSubmatch(said); m != nil {
		n, _ := strconv.ParseInt(strings.ReplaceAll(m[1], ",", ""), 10, 64)
		kernel("beside bytes", func(k File) bool { return !k.Asked || max(k.Queued, k.Backlog) == n })
	}
	switch {
	case said == "": // records were lost
	case strings.HasPrefix(said, "unseen"):
		kernel("beside unseen", ready)
		if l.told(f.number) {
			add(Claim{"beside unseen, told", subject, word, toldOfAll(f.number, l), atOnce})
		}
	case strings.HasPrefix(said, "noticed"):
		kernel("beside noticed", ready)
	case strings.HasPrefix(said, "in callback"), strings.HasPrefix(said, `in "callback"`):
		add(Claim{"beside in callback", subject, word, inCallback(v, f.number), atOnce})
	case strings.HasSuffix(said, "left, known"):
		kernel("beside left", ready)
	case said == "still ready":
		kernel("beside still ready", func(k File) bool { return ready(k) || k.Write || k.TCP != "" })
	case said == "watched" && f.Blocked > 0:
		add(Claim{"beside blocked", subject, word, func(facts Facts) (string, bool) { return asleepOn(facts, f.number) }, atOnce})
	case said == "watched":
		add(Claim{"beside watched", subject, word, func(facts Facts) (string, bool) {
			return watchedIn(facts, v.World, f, true)
		}, 2 * atOnce})
	case said == "not watched":
		add(Claim{"beside watched", subject, word, func(facts Facts) (string, bool) {
			return watchedIn(facts, v.World, f, false)
		}, 2 * atOnce})
	case said == "watched ?": // records were lost
	case said == "closed":
		kernel("beside closed", func(k File) bool { return k.Name == "" })
	case strings.HasPrefix(said, "handling"): // inferred, and drawn as that
	default:
		add(Claim{"unknown word", subject, said, unknown, 0})
	}
}

// watchedIn asks the epoll instances in which loops wait whether they watch the fd, as the
// stage says or denies. What select and poll watch is not known.
func watchedIn(facts Facts, w *world.World, f fd, said bool) (fact string, ok bool) {
	for _, b := range loops(w) {
		k := facts.Threads[b.Thread]
		epoll := facts.Files[int32(k.Arg[0])]
		if k.Call != "epoll_wait" || epoll.Watches == nil {
			continue
		}
		wanted := slices.ContainsFunc(f.Watches, func(x world.Watch) bool {
			return x.Base == b.Number && x.What&(trace.Readable|trace.Writable) != 0
		})
		has := slices.Contains(epoll.Watches, f.number)
		switch {
		case said && wanted && !has && canPoll(facts.Files[f.number]),
			!said && has && !watchedBy(w, b.Number)[f.number]: // perhaps for one that is closed, and had the number
			return fmt.Sprintf("the epoll instance of base %d watches %v", b.Number, epoll.Watches), false
		}
	}
	return "", true
}
