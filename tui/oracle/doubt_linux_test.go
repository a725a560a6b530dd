package main

import (
	"testing"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/stage"
)

// While the facts and the word are the same, a contradiction is one doubt that grows:
// one that began anew at each look would never be reported.

const manyLooks = 50

func TestADoubtGrowsWhileALoopWatchesSeveralFDs(t *testing.T) {
	live := &world.World{}
	for n := range int32(6) {
		live.FDs = append(live.FDs, &world.FD{Number: 3 + n, Watches: []world.Watch{{Base: 1, What: trace.Readable}}})
	}
	facts := Facts{
		Threads: map[uint32]Thread{7: {State: 'S', Sleep: Sleep{Call: "epoll_wait", Arg: [3]int64{9}}}},
		Files:   map[int32]File{9: {Name: "anon_inode:[eventpoll]", Watches: []int32{}}},
	}
	for n := range int32(6) {
		facts.Files[3+n] = File{Name: "pipe:[1]"}
	}
	w := newWatch("none", false, func(Contradiction) {})
	w.ledger, w.doubts = newLedger(nil), map[string]*doubt{}
	for range manyLooks {
		ofWatched(func(c Claim) { w.weigh(c, facts, facts, nil, map[string]bool{}) },
			&stage.View{World: live}, &world.Thread{ID: 7}, world.Frame{Name: "epoll_wait", Base: 1})
	}
	d := w.doubts["watched loop of thread 7"]
	if d == nil || d.samples != manyLooks {
		t.Errorf("after %d looks at the same contradiction the doubt is %+v", manyLooks, d)
	}
}

func TestTheSameThreadIsNamedOfSeveralThatSleepOnAnFD(t *testing.T) {
	facts := Facts{Threads: map[uint32]Thread{}, Files: map[int32]File{5: {Name: "pipe:[1]"}}}
	for id := range uint32(6) {
		facts.Threads[10+id] = Thread{State: 'S', Sleep: Sleep{Call: "read", Arg: [3]int64{5}, On: "pipe:[1]"}}
	}
	first, ok := asleepOn(facts, 5)
	if !ok {
		t.Fatalf("threads sleep in read(5): %s", first)
	}
	for range manyLooks {
		if fact, _ := asleepOn(facts, 5); fact != first {
			t.Fatalf("the same facts are told as %q and as %q", first, fact)
		}
	}
}
