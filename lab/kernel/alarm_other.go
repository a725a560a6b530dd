//go:build unix && !linux

package kernel

import (
	"sync"
	"time"
)

// alarm has no bell here: it rings for everybody, every few milliseconds.
// (kqueue with EV_CLEAR could do what epoll does on Linux.)
type alarm struct {
	mu   sync.Mutex
	gens map[int]int32
	over bool
}

// bell: to ring here says nothing about the fd.
const bell = false

// ring says which fd rang.
type ring struct {
	fd  int
	gen int32
}

func (a *alarm) open() error {
	a.gens = map[int]int32{}
	return nil
}

func (a *alarm) add(_, fd int, gen int32) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.gens[fd] = gen
	return true
}

func (a *alarm) remove(_, fd int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.gens, fd)
}

func (a *alarm) shut() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
}

func (a *alarm) free() {}

func (a *alarm) wait(rings []ring, _ bool) (n int, ok bool) {
	time.Sleep(4 * rest)
	a.mu.Lock()
	defer a.mu.Unlock()
	for fd, gen := range a.gens { // a random part of them, if they are many
		if n == len(rings) {
			break
		}
		rings[n] = ring{fd, gen}
		n++
	}
	return n, !a.over
}
