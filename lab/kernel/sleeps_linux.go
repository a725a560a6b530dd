package kernel

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"time"

	"fdlab/lab/thread"
	"fdlab/lab/trace"
)

// watchThreads records which threads of this process sleep in the kernel. What they
// sleep in is of no matter here: the calls of the lab have records of their own, and
// what else there is (a lock, a channel, a pause) is the Go runtime's business. It
// looks until stop is closed.
//
// A sleep counts when it has lasted from one look to the next: a thread that only
// pauses is not worth a record. Where the last look was long ago, it counts at once. A
// look costs some microseconds for each thread.
//
// What was said of a thread holds for the last look, and not for longer: on a busy
// machine the next one may be late. So it says when it has looked, too. And it says
// that a thread is gone, of those that may have made records: one that ends with its
// goroutine says nothing itself.
func watchThreads(rec *trace.Recorder, stop <-chan struct{}) {
	tick := time.NewTicker(betweenLooks)
	defer tick.Stop()
	known := map[string]*sleeper{}
	var lookedAt, saidAt int64
	var ids []uint32
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		files.Lock()
		asked := rec.Now()
		late := asked-lookedAt > int64(2*betweenLooks)
		lookedAt = asked
		tasks, _ := os.ReadDir("/proc/self/task")
		for _, s := range known {
			s.gone = true
		}
		for _, task := range tasks {
			s := known[task.Name()]
			if s == nil {
				s = newSleeper(task.Name())
				known[task.Name()] = s
			}
			s.gone = false
			if s.look(asked, late, rec.Now) || s.unheard {
				s.unheard = !rec.Tell(&trace.Record{Kind: trace.Sleep, Thread: nobody, FD: trace.NoFD, A: s.id, B: s.said, D: s.at})
			}
		}
		files.Unlock()
		for name, s := range known {
			if s.gone {
				delete(known, name)
			}
		}
		ids = thread.Known(ids[:0])
		for _, id := range ids {
			if name := strconv.Itoa(int(id)); known[name] == nil && isGone(name) {
				// It made its last record before it was looked for.
				if rec.Tell(&trace.Record{Kind: trace.Sleep, Thread: nobody, FD: trace.NoFD, A: int64(id), B: trace.ThreadGone, D: rec.Now()}) {
					thread.Forget(id)
				}
			}
		}
		if asked-saidAt >= int64(betweenWords) {
			saidAt = asked
			rec.Put(&trace.Record{Kind: trace.Sleep, Thread: nobody, FD: trace.NoFD, D: asked})
		}
	}
}

const (
	betweenLooks = 25 * time.Millisecond
	betweenWords = 40 * time.Millisecond // at least: so each second look is recorded
)

// isGone reports whether this process has no such thread. The list of all may lack
// one that lives, where others end while it is read.
func isGone(name string) bool {
	_, err := os.Stat("/proc/self/task/" + name)
	return errors.Is(err, fs.ErrNotExist)
}

// sleeper is one thread.
type sleeper struct {
	id    int64
	dir   string
	runs  string // how often it got a processor, at the last look: schedstat, proc(5)
	sleep bool   // it slept then
	said  int64  // 1: the trace says that it sleeps
	at    int64  // the moment of which that is true, if it is said now
	gone  bool

	unheard bool // what was said last found no room
}

func newSleeper(name string) *sleeper {
	id, _ := strconv.ParseInt(name, 10, 64)
	return &sleeper{id: id, dir: "/proc/self/task/" + name}
}

// look reports whether there is something to be said. late: the last look was long ago.
// asked is when this round of looks began; a record that the thread has made since then
// makes a word of that moment void.
func (s *sleeper) look(asked int64, late bool, now func() int64) bool {
	runs, ok := s.hasRun()
	if !ok {
		return false
	}
	s.at = asked
	if runs == s.runs { // it has not begun to run since the last look
		if !s.sleep { // it ran at that look, and may have gone to sleep since
			s.sleep = asleep(s.dir)
			return false
		}
		if s.said == 0 {
			s.said = 1
			return true
		}
		return false
	}
	s.runs, s.sleep = runs, asleep(s.dir)
	if s.sleep && late { // perhaps another sleep than the one that was said
		at := now()
		if runs, ok := s.hasRun(); ok && runs == s.runs { // so it slept then
			s.at, s.said = at, 1
			return true
		}
	}
	if s.said == 0 {
		return false
	}
	s.said = 0
	return true
}

// hasRun returns how often the thread got a processor, as the kernel writes it.
func (s *sleeper) hasRun() (times string, ok bool) {
	stat, err := os.ReadFile(s.dir + "/schedstat")
	words := bytes.Fields(stat)
	if err != nil || len(words) == 0 {
		return "", false
	}
	return string(words[len(words)-1]), true
}

// asleep reports whether the thread sleeps in a system call.
func asleep(dir string) bool {
	text, err := os.ReadFile(dir + "/syscall") // "202 0xc000080148 ...", or "running"
	number, _, _ := bytes.Cut(text, []byte(" "))
	n, no := strconv.Atoi(string(number))
	return err == nil && no == nil && n >= 0
}
