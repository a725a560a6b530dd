package kernel

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"fdlab/lab/trace"
)

// A Watcher records what the kernel says of some fds: a Kernel or a Socket
// record for each change, and none while nothing changes. A record that found no room
// in the ring is written again. A nil *Watcher does nothing. Its methods may be called from any thread.
//
// It must not disturb the program that it watches, so:
//   - nothing happens while nothing is ready: no clock ticks, and the first
//     arrival wakes it at once (Linux). While something is ready it looks every
//     2 ms: the kernel wakes a waiter when an fd becomes ready, but not when it is drained;
//   - after each look it rests, for a millisecond at least and for 40 times as
//     long as it looked: at most 2.5% of one processor. But it never rests for
//     longer than 100 ms: a look may be long only because others had the
//     processor;
//   - it never reads, writes or waits on the fds themselves;
//   - nobody waits for it for longer than one look at one fd takes.
//
// What rises and falls again within one rest may be missed. The program's own
// records (its reads and writes) tell what happened then.
type Watcher struct {
	rec    *trace.Recorder
	thread uint32 // of its records
	alarm
	done sync.WaitGroup

	mu    sync.Mutex
	fds   map[int]*watch
	awake map[*watch]struct{} // those that may change unseen: see State.quiet
	last  int32               // generation of the newest watch
}

// watch is one fd. Invariant: while it is in fds, the number is still the fd
// that it was when Watch was called.
type watch struct {
	fd, peer int   // as the records name them
	at       int   // what this process asks: fd itself, or its copy of another's
	gen      int32 // a reused number is another fd
	deaf     bool  // it has no bell, so it is looked at only once
	sort     sort
	state    State // as the records say
	said     int64 // when the last of them was made
}

const (
	rest   = time.Millisecond     // after each look
	period = 2 * time.Millisecond // between looks, while something may drain
	thrift = 40
	// A busy machine may take the processor away in the middle of a look. 40
	// times that would be a blind second.
	longest = 100 * time.Millisecond
)

// NewWatcher returns a Watcher that records into rec, and starts it. Close it
// to stop it. A nil rec gives a nil Watcher.
//
// It runs on whichever thread Go gives it, so its records are of the process's
// first thread.
func NewWatcher(rec *trace.Recorder) (*Watcher, error) { return NewWatcherOf(nobody, rec) }

// NewWatcherOf is NewWatcher for another process's fds: see WatchCopy. Its records
// are of that process's first thread.
func NewWatcherOf(process uint32, rec *trace.Recorder) (*Watcher, error) {
	if rec == nil {
		return nil, nil
	}
	w := &Watcher{rec: rec, thread: process, fds: map[int]*watch{}, awake: map[*watch]struct{}{}}
	if err := w.alarm.open(); err != nil {
		return nil, fmt.Errorf("kernel: no watcher: %w", err)
	}
	w.done.Add(1)
	go w.run()
	return w, nil
}

// Watch begins to watch fd, which must be open. peer is the fd of its other
// end in this process, or trace.NoFD: what happens at one end shows at the
// other. A regular file is looked at once: it is always ready (poll(2)).
func (w *Watcher) Watch(fd, peer int) { w.WatchCopy(fd, peer, fd) }

// WatchCopy is Watch for an fd of another process, of which this process has a
// copy (pidfd_getfd(2)). The copy keeps the file open: call Unwatch and close it
// before the other process closes fd, or its peer gets no end of file.
func (w *Watcher) WatchCopy(fd, peer, copy int) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last++
	watch := &watch{fd: fd, peer: peer, at: copy, gen: w.last}
	if old := w.fds[fd]; old != nil {
		w.forget(old)
	}
	w.fds[fd] = watch
	if !w.alarm.add(copy, fd, watch.gen) {
		watch.deaf = true
		w.look(watch, false)
	}
}

// Unwatch ends Watch and WatchCopy. Call it before fd is closed: afterwards the number may
// belong to another. When it returns, no more is recorded of this fd.
func (w *Watcher) Unwatch(fd int) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if watch := w.fds[fd]; watch != nil {
		w.forget(watch)
	}
}

// forget takes a watch out. The caller holds mu.
func (w *Watcher) forget(watch *watch) {
	w.alarm.remove(watch.at, watch.fd)
	delete(w.fds, watch.fd)
	delete(w.awake, watch)
}

// Look looks at fd at once, where its state must be known at this moment: a
// callback may come before the watcher has looked. It takes some µs.
func (w *Watcher) Look(fd int) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if watch := w.fds[fd]; watch != nil {
		w.look(watch, false)
	}
}

// LookAgain looks at fd if anything was recorded of it since a time, at which a call on it began that has ended by
// now. Nobody knows whether the kernel was asked before the call did its work or after, so an equal answer is
// worth a record too.
func (w *Watcher) LookAgain(fd int, since int64) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if watch := w.fds[fd]; watch != nil && watch.said >= since {
		w.look(watch, true)
	}
}

// Close stops the watcher and waits until it has stopped. No other method may
// be called afterwards.
func (w *Watcher) Close() {
	if w == nil {
		return
	}
	w.alarm.shut()
	w.done.Wait()
	w.alarm.free()
}

// run is the watcher's life: wait, look, rest.
func (w *Watcher) run() {
	defer w.done.Done()
	var rung [64]ring
	var samples []*watch
	for {
		w.mu.Lock()
		sampling := len(w.awake) > 0
		w.mu.Unlock()

		n, ok := w.alarm.wait(rung[:], !sampling)
		if !ok {
			return
		}
		began := time.Now()
		for _, r := range rung[:n] {
			w.rang(r)
		}
		samples = w.sample(samples[:0])
		pause := min(max(rest, thrift*time.Since(began)), longest)
		if sampling {
			pause = max(pause, period)
		}
		time.Sleep(pause)
	}
}

// rang looks at an fd whose state may have risen.
func (w *Watcher) rang(r ring) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if watch := w.fds[r.fd]; watch != nil && watch.gen == r.gen {
		w.look(watch, bell)
	}
}

// sample looks at all that may have fallen: one at a time, so that nobody who
// opens or closes an fd waits for the whole round.
func (w *Watcher) sample(round []*watch) []*watch {
	w.mu.Lock()
	for watch := range w.awake {
		round = append(round, watch)
	}
	w.mu.Unlock()
	for _, watch := range round {
		w.mu.Lock()
		if w.fds[watch.fd] == watch {
			w.look(watch, false)
		}
		w.mu.Unlock()
	}
	return round
}

// look asks the kernel and records what has changed, at both ends. When fd
// rang, an equal answer is worth a record too: it fell and rose again in
// between. (What rose and fell before the watcher came to look leaves no
// record: epoll takes the ring back.) The caller holds mu.
func (w *Watcher) look(watch *watch, rang bool) {
	if w.note(watch, rang) {
		if peer := w.fds[watch.peer]; peer != nil && peer.peer == watch.fd {
			w.note(peer, false)
		}
	}
}

// note records the change of one end, and reports whether there was any.
func (w *Watcher) note(watch *watch, rang bool) bool {
	if !watch.sort.known {
		watch.sort = sortOf(watch.at)
	}
	// The word is true of the moment at which the kernel is asked. A thread that
	// asks may be kept from writing it down, while the program goes on.
	asked := w.rec.Now()
	now, err := watch.sort.look(watch.at)
	before := watch.state
	if err != nil || now == before && !rang {
		if err == nil && now.quiet() { // what found no room has passed
			delete(w.awake, watch)
		}
		return false
	}
	said := now
	rec := trace.Record{Time: w.rec.Now(), Thread: w.thread, FD: int32(watch.fd)}
	if now.TCP != before.TCP {
		rec.Kind, rec.Str = trace.Socket, w.rec.String(now.TCP.String())
		rec.A, rec.C, rec.D = int64(now.TCP.Code), int64(now.TCP.Backlog), int64(now.TCP.Limit)
		if !w.rec.Tell(&rec) {
			said.TCP = before.TCP
		}
	}
	before.TCP = now.TCP
	if now != before || rang {
		rec.Kind, rec.Str = trace.Kernel, 0
		rec.A, rec.B, rec.C, rec.D = int64(now.Ready), now.Queued, now.Unsent, asked
		if !w.rec.Tell(&rec) {
			before.TCP = said.TCP
			said = before
		}
	}
	watch.state, watch.said = said, rec.Time
	switch {
	case now.Ready&trace.NotOpen != 0: // closed behind our back
		w.forget(watch)
	case said != now: // it looks again soon
		w.awake[watch] = struct{}{}
	case now.quiet() || watch.deaf:
		delete(w.awake, watch)
	default:
		w.awake[watch] = struct{}{}
	}
	return true
}

// nobody is the process's first thread.
var nobody = uint32(os.Getpid())

// process is the watcher of this process.
var process atomic.Pointer[Watcher]
var begin sync.Once

// Process returns the watcher of this process; nil when nothing is recorded.
// The first call starts it.
func Process() *Watcher {
	begin.Do(func() {
		if process.Load() != nil {
			return
		}
		w, err := NewWatcher(trace.Process())
		if err != nil {
			fmt.Fprintf(os.Stderr, "fdlab: %v: readiness is not recorded\n", err)
			return
		}
		process.Store(w)
		if w != nil {
			go watchThreads(w.rec, nil) // as long as the process lives
		}
	})
	return process.Load()
}

// SetProcess makes w the watcher of this process, as trace.SetProcess does for
// the recorder. Call it before the first fd of the lab is made.
func SetProcess(w *Watcher) {
	begin.Do(func() {})
	process.Store(w)
}

// Watch shows the kernel's view of an fd that was made outside lab/sys, while
// the run is recorded. The caller must call Unwatch before closing fd.
func Watch(fd int) { Process().Watch(fd, trace.NoFD) }

// Unwatch ends Watch.
func Unwatch(fd int) { Process().Unwatch(fd) }
