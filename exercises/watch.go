package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"fdlab/lab/course"
)

// How often watch looks at the files by itself: where there are no file events,
// and where there are. The second is for file systems whose changes come from
// elsewhere (a network, a virtual machine's host): they give no events.
var (
	oftenEnough = 200 * time.Millisecond
	nowAndThen  = 2 * time.Second
)

// newWatcher is replaced by tests.
var newWatcher = fsnotify.NewWatcher

func (t *tool) watch(words []string) int {
	var fixed *course.Exercise
	if len(words) > 0 {
		if fixed = t.one(words); fixed == nil {
			return misuse
		}
	}
	var files folder
	defer files.close()
	checked := ""
	for t.ctx.Err() == nil {
		e := fixed
		if e == nil {
			e = t.next()
		}
		if e == nil {
			fmt.Fprintln(t.out, "all exercises are solved")
			return fine
		}
		files.follow(filepath.Dir(e.MainFile(t.root))) // and then look: nothing is missed
		seen := t.program(e)
		if seen == checked {
			files.await(t.ctx.Done())
			continue
		}
		if t.sleep(oftenEnough / 2); t.program(e) != seen {
			continue // still being written
		}
		checked = seen
		fmt.Fprintf(t.out, "\n%s\n", strings.Repeat("─", t.width()))
		r := t.try(e)
		if t.ctx.Err() != nil {
			break
		}
		t.tell(e, r)
		how := ""
		if files.why != nil {
			how = fmt.Sprintf(" (by looking: no file events, %v)", files.why)
		}
		fmt.Fprintf(t.out, "\n  watching exercises/ for a change%s; Ctrl-C ends\n", how)
	}
	return brokenOff
}

func (t *tool) sleep(d time.Duration) {
	select {
	case <-time.After(d):
	case <-t.ctx.Done():
	}
}

// program names the exercise, and what its Go files hold. Editors save in many ways
// (in place, by a new file that is renamed): only the content counts.
func (t *tool) program(e *course.Exercise) string { return e.Slug + e.Program(t.root) }

// folder tells that something in a folder may have changed. The kernel says so
// (inotify(7), kqueue(2)); where it does not, await returns again and again.
type folder struct {
	events *fsnotify.Watcher // nil before the first follow, or if there are none
	why    error             // why there are no events, or nil
}

// follow begins to wait for events of a folder. It may have been followed
// before, and have been replaced since.
func (f *folder) follow(dir string) {
	if f.events == nil {
		if f.events, f.why = newWatcher(); f.why != nil {
			f.events = nil
			return
		}
	}
	followed := f.events.WatchList()
	if slices.Contains(followed, dir) {
		return
	}
	for _, old := range followed {
		f.events.Remove(old)
	}
	f.why = f.events.Add(dir)
}

// await returns when something may have changed, and when done is closed.
func (f *folder) await(done <-chan struct{}) {
	var events chan fsnotify.Event
	var errors chan error
	again := oftenEnough
	if f.events != nil {
		events, errors = f.events.Events, f.events.Errors
		if f.why == nil {
			again = nowAndThen
		}
	}
	select {
	case <-events:
	case <-errors: // some events were lost: look
	case <-time.After(again):
	case <-done:
	}
}

func (f *folder) close() {
	if f.events != nil {
		f.events.Close()
	}
}
