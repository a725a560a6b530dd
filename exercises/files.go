package main

import (
	"path/filepath"
	"slices"
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

// programs says for each exercise, by its slug, what its Go files hold. Editors save
// in many ways (in place, by a new file that is renamed): only the content counts.
func (t *tool) programs() map[string]string {
	all := map[string]string{}
	for _, e := range t.all {
		all[e.Slug] = e.Program(t.root)
	}
	return all
}

// changed returns the exercise whose program is another in now than before, or nil.
// If there are several it is the last: somebody has fetched them all, perhaps, and
// the first one is shown already.
func (t *tool) changed(before, now map[string]string) (last *course.Exercise) {
	for _, e := range t.all {
		if before[e.Slug] != now[e.Slug] {
			last = e
		}
	}
	return last
}

// settled waits until nobody is writing, and returns the programs.
func (t *tool) settled() map[string]string {
	for {
		now := t.programs()
		t.sleep(oftenEnough / 2)
		if t.ctx.Err() != nil || t.changed(now, t.programs()) == nil {
			return now
		}
	}
}

func (t *tool) sleep(d time.Duration) {
	select {
	case <-time.After(d):
	case <-t.ctx.Done():
	}
}

// folders are those whose changes may be a save: each exercise's, and the one that
// they lie in.
func (t *tool) folders() []string {
	all := []string{filepath.Join(t.root, "exercises")}
	for _, e := range t.all {
		all = append(all, filepath.Dir(e.MainFile(t.root)))
	}
	return all
}

// folder tells that something in some folders may have changed. The kernel says so
// (inotify(7), kqueue(2)); where it does not, await returns again and again.
type folder struct {
	events *fsnotify.Watcher // nil before the first follow, or if there are none
	why    error             // why there are no events, or nil
}

// follow begins to wait for events of the folders. They may have been followed
// before, and have been replaced since.
func (f *folder) follow(dirs []string) {
	if f.events == nil {
		if f.events, f.why = newWatcher(); f.why != nil {
			f.events = nil
			return
		}
	}
	f.why = nil
	followed := f.events.WatchList()
	for _, dir := range dirs {
		if slices.Contains(followed, dir) {
			continue
		}
		if err := f.events.Add(dir); err != nil {
			f.why = err
		}
	}
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
