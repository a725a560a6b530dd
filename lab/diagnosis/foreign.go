package diagnosis

import (
	"strings"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// What is remarkable in a program that is not of the lab. Nobody sees its callbacks, so these rest
// on its calls, on its waits, and on what the kernel says.

// mayBeLock reports whether an fd is a pipe of a foreign program that no loop watches: a byte that
// stays in it may be a lock. libuv has one.
func mayBeLock(w *world.World, f *world.FD) bool {
	return f.Ever == 0 && w.Foreign() && strings.HasPrefix(f.What, "pipe")
}

// LeftLying finds out whether bytes on an edge-triggered fd will not be reported again: the
// program has read since it was told, bytes lie there since then, and its loop has waited
// beside them. It will be told of the next ones, not of these.
func LeftLying(w *world.World, f *world.FD, now int64) (Finding, bool) {
	since := max(f.ReadySince, f.LastRead) // the kernel speaks when something changes
	read := f.Noticed != 0 && f.LastRead >= f.Noticed
	if f.ReadySince == 0 || f.Waits() == 0 || !read || f.Hearsay || f.Blocked > 0 || f.InHandling > 0 || now-since <= leftFrom || !w.Sure(since) {
		return Finding{}, false
	}
	for i := range f.Watches {
		const edge = trace.Readable | trace.EdgeTrig
		b := w.BaseByNumber(f.Watches[i].Base)
		if b == nil || !b.Foreign || b.Apart || f.Watches[i].What&edge != edge {
			continue
		}
		if b.WaitBegan > since || b.Phase == world.Waiting && now-max(b.Since, since) > leftFrom {
			return Finding{Kind: PartialDrain, FD: f, Base: b, Count: f.Waits(), For: now - since}, true
		}
	}
	return Finding{}, false
}

// warnOfUnused appends what a program seems to have forgotten to close.
func warnOfUnused(dst []Finding, w *world.World, now int64) []Finding {
	many, latest := int64(0), int64(0)
	for _, f := range w.FDs {
		unused := now - f.Used()
		if f.Closed != 0 || f.Before || f.Regular || f.Stranger || f.Listens || f.Blocked > 0 || f.InHandling > 0 || w.Unheld(f.Used(), now) <= unusedFrom || !w.Sure(f.Opened) ||
			strings.HasPrefix(f.What, "epoll") || strings.HasPrefix(f.What, "device") {
			continue
		}
		switch {
		case f.Ends.Now > 0:
			dst = append(dst, Finding{Kind: Leak, FD: f, Count: 1, For: unused})
		case len(f.Watches) == 0:
			many++
			latest = max(latest, f.Opened)
		}
	}
	if many >= manyUnused && now-latest < growsStill {
		dst = append(dst, Finding{Kind: Leak, Count: many, For: unusedFrom})
	}
	return dst
}
