package main

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/sys"
	"fdlab/lab/trace"
)

// random plays a script that is made from a seed: bases on threads of their own,
// sources that come and go, callbacks of several habits, goroutines that change
// threads. The seed fixes the script; the kernel and Go's scheduler fix the rest.
func random(seed uint64) {
	w := &wild{rand: rand.New(rand.NewPCG(seed, 2))}
	backends := event.Backends()
	for i := range 1 + w.rand.IntN(4) {
		base := loop(fmt.Sprintf("base %d", i+1), backends[w.rand.IntN(len(backends))])
		w.bases = append(w.bases, base)
		for range 1 + w.rand.IntN(3) {
			w.source(base)
		}
		introduce := w.rand.IntN(2) == 0
		go func() {
			runtime.LockOSThread()
			if introduce {
				rec := trace.Process()
				rec.Put(&trace.Record{Kind: trace.ThreadBegin, FD: trace.NoFD, Str: rec.String(base.Name())})
			}
			base.Loop(event.NoExitOnEmpty)
		}()
	}
	for {
		w.act()
		time.Sleep(time.Duration(w.rand.IntN(150)) * time.Millisecond)
	}
}

// wild is the state of the script. Only its own goroutine uses it.
type wild struct {
	rand    *rand.Rand
	bases   []*event.Base
	sources []*source
	blocked int
}

// source is two fds: what is written to one is read from the other.
type source struct {
	base        *event.Base
	event       *event.Event
	read, write int
	mu          sync.Mutex // guards what follows
	habit       int
	closed      bool
}

const (
	drains  = iota // reads all
	sips           // reads one byte
	ignores        // reads nothing, for a while
	sleepy         // sleeps, then reads
	reacts         // makes itself active some times, then reads
	habits
)

// pair makes the two ends.
func (w *wild) pair() (r, wr int) {
	var err error
	if w.rand.IntN(2) == 0 {
		r, wr, err = sys.Pipe("pipe")
	} else {
		r, wr, err = sys.Socketpair("pair")
	}
	must(err)
	return r, wr
}

// source adds one to a base, which does not run yet or is told by Post.
func (w *wild) source(base *event.Base) {
	s := &source{base: base, habit: w.rand.IntN(habits)}
	s.read, s.write = w.pair()
	must(sys.SetNonblock(s.read, true))
	left, ignored := 3, 0
	s.event = base.NewEvent(s.read, event.Read|event.Persist, func(fd int, _ event.What) {
		s.mu.Lock()
		habit := s.habit
		s.mu.Unlock()
		var p [256]byte
		switch habit {
		case sips:
			sys.Read(fd, p[:1])
			return
		case ignores:
			if ignored++; ignored%20000 != 0 {
				return
			}
		case sleepy:
			time.Sleep(120 * time.Millisecond)
		case reacts:
			if left--; left > 0 {
				s.event.Active(event.Read)
				return
			}
			left = 3
		}
		sys.Read(fd, p[:])
	}).Named(fmt.Sprintf("source %d", len(w.sources)))
	base.Post(func() { s.event.Add(event.NoTimeout) })
	w.sources = append(w.sources, s)
}

func (s *source) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// close notes that the source will be closed; false: it is already.
func (s *source) close() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.closed
	s.closed = true
	return !was
}

// act does one thing.
func (w *wild) act() {
	s := w.sources[w.rand.IntN(len(w.sources))]
	switch n := w.rand.IntN(20); {
	case n < 8:
		if !s.isClosed() {
			sys.Write(s.write, make([]byte, 1+w.rand.IntN(200)))
		}
	case n < 10:
		s.mu.Lock()
		s.habit = w.rand.IntN(habits)
		s.mu.Unlock()
	case n < 12: // goroutines on any thread: calls that may block
		if w.blocked < 6 {
			w.blocked++
			r, wr := w.pair()
			go func() {
				var p [16]byte
				sys.Read(r, p[:])
			}()
			if w.rand.IntN(3) > 0 {
				pause := time.Duration(w.rand.IntN(400)) * time.Millisecond
				go func() {
					time.Sleep(pause)
					sys.Write(wr, []byte("wake up"))
				}()
			}
		}
	case n < 14:
		go func() {
			for range 200 {
				sys.Write(s.write, []byte("x"))
				time.Sleep(100 * time.Microsecond)
			}
		}()
	case n < 15 && len(w.sources) < 16:
		w.source(w.bases[w.rand.IntN(len(w.bases))])
	case n < 16 && s.close(): // as it should be; and its number is used again
		s.base.Post(func() {
			s.event.Del()
			sys.Close(s.read)
		})
		w.source(w.bases[w.rand.IntN(len(w.bases))])
	case n < 17: // a dup, for a while
		if d, err := unix.FcntlInt(uintptr(s.write), unix.F_DUPFD_CLOEXEC, 0); err == nil {
			must(sys.Adopt(d, "dup", fmt.Sprintf("dup of %d", s.write)))
			pause := time.Duration(w.rand.IntN(800)) * time.Millisecond
			go func() {
				time.Sleep(pause)
				sys.Write(d, []byte("through the dup"))
				sys.Close(d)
			}()
		}
	case n < 18: // a timer
		pause := time.Duration(w.rand.IntN(100)) * time.Millisecond
		s.base.Post(func() { s.base.Once(-1, event.Timeout, pause, func(int, event.What) {}) })
	case n < 19: // the event rests for a while
		s.base.Post(func() { s.event.Del() })
		time.AfterFunc(300*time.Millisecond, func() {
			s.base.Post(func() {
				if !s.isClosed() {
					s.event.Add(event.NoTimeout)
				}
			})
		})
	default:
		time.Sleep(600 * time.Millisecond) // quiet, so that much can be said
	}
}
