package experiment

import (
	"slices"
	"sync"
	"time"

	"fdlab/lab/event"
	"fdlab/lab/thread"
)

// Diary is what a program did, in its order, over all its threads: what a
// verdict can rest on when times say nothing. The zero Diary is empty and
// ready to use, by any thread.
type Diary struct {
	mu      sync.Mutex
	entries []Entry
}

// Entry is one line of a Diary.
type Entry struct {
	Did, Who string // "accepted", "client 1"
	Thread   uint32 // the kernel's id of the OS thread that did it
	Loops    int    // how many loops ran inside each other on that thread
	At       time.Time
}

// Add writes down what the calling thread does now.
func (d *Diary) Add(did, who string) {
	now := Entry{Did: did, Who: who, Thread: thread.ID(), Loops: event.Depth(), At: time.Now()}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.entries = append(d.entries, now)
}

// Entries returns what was added so far.
func (d *Diary) Entries() []Entry {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clip(d.entries)
}

// Find returns the entries of did; who may be "", for anybody.
func (d *Diary) Find(did, who string) (found []Entry) {
	for _, e := range d.Entries() {
		if e.Did == did && (who == "" || e.Who == who) {
			found = append(found, e)
		}
	}
	return found
}

// Count returns how many entries Find finds.
func (d *Diary) Count(did, who string) int { return len(d.Find(did, who)) }

// When returns when the nth such entry (from 1) was made; the zero time if it was
// not.
func (d *Diary) When(nth int, did, who string) time.Time {
	if found := d.Find(did, who); nth >= 1 && nth <= len(found) {
		return found[nth-1].At
	}
	return time.Time{}
}

// Index returns the place of the nth such entry (from 1) in the order of all,
// or -1.
func (d *Diary) Index(nth int, did, who string) int {
	for i, e := range d.Entries() {
		if e.Did == did && (who == "" || e.Who == who) {
			if nth--; nth == 0 {
				return i
			}
		}
	}
	return -1
}
