package kernel

import (
	"bytes"
	"os"
	"strconv"
	"time"

	"fdlab/lab/trace"
)

// watchThreads records which threads of this process sleep in the kernel. What they
// sleep in is of no matter here: the calls of the lab have records of their own, and
// what else there is (a lock, a channel, a pause) is the Go runtime's business. It
// looks until stop is closed.
//
// A sleep counts when it has lasted from one look to the next: a thread that only
// pauses is not worth a record. A look costs some microseconds for each thread.
func watchThreads(rec *trace.Recorder, stop <-chan struct{}) {
	tick := time.NewTicker(betweenLooks)
	defer tick.Stop()
	known := map[string]*sleeper{}
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		asked := rec.Now()
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
			if s.look() {
				rec.Put(&trace.Record{Kind: trace.Sleep, Thread: nobody, FD: trace.NoFD, A: s.id, B: s.said, D: asked})
			}
		}
		for name, s := range known {
			if s.gone {
				delete(known, name)
			}
		}
	}
}

const betweenLooks = 25 * time.Millisecond

// sleeper is one thread.
type sleeper struct {
	id    int64
	dir   string
	runs  string // how often it got a processor, at the last look: schedstat, proc(5)
	sleep bool   // it slept then
	said  int64  // 1: the trace says that it sleeps
	gone  bool
}

func newSleeper(name string) *sleeper {
	id, _ := strconv.ParseInt(name, 10, 64)
	return &sleeper{id: id, dir: "/proc/self/task/" + name}
}

// look reports whether there is something to be said.
func (s *sleeper) look() bool {
	stat, err := os.ReadFile(s.dir + "/schedstat")
	if err != nil {
		return false
	}
	words := bytes.Fields(stat)
	runs := string(words[len(words)-1])
	if runs == s.runs { // it has not run since the last look
		if s.sleep && s.said == 0 {
			s.said = 1
			return true
		}
		return false
	}
	s.runs, s.sleep = runs, asleep(s.dir)
	if s.said == 0 {
		return false
	}
	s.said = 0
	return true
}

// asleep reports whether the thread sleeps in a system call.
func asleep(dir string) bool {
	text, err := os.ReadFile(dir + "/syscall") // "202 0xc000080148 ...", or "running"
	number, _, _ := bytes.Cut(text, []byte(" "))
	n, no := strconv.Atoi(string(number))
	return err == nil && no == nil && n >= 0
}
