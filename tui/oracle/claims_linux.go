package main

import (
	"time"

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
		ofWall(add, v, f, l)
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

func unknown(Facts) (string, bool) { return "the oracle does not know this word", false }
