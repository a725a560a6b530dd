package control

import (
	"strconv"
	"strings"
	"sync/atomic"

	"fdlab/lab/trace"
)

// Place is a place at a call where a thread can be held.
type Place uint8

const (
	BeforeRead Place = iota + 1
	AfterRead
	AfterWrite
	BeforePost // of a function, to any loop; its fd is 0
)

// places are the names of Place, in the trace and in the command.
var places = map[Place]string{BeforeRead: trace.BeforeRead, AfterRead: trace.AfterRead, AfterWrite: trace.AfterWrite, BeforePost: trace.BeforePost}

// CallGate holds the threads that make a call on one fd. Time goes on for all
// others: so a trial can show what another thread does between two lines of this one.
// The zero CallGate is open. All methods may be called from any thread.
type CallGate struct {
	held atomic.Pointer[heldCall] // nil: nothing is held
}

// heldCall is what is held. It has a gate of its own, so that a thread that is let
// go stays so, however soon the next call is held.
type heldCall struct {
	at   Place
	fd   int
	gate Gate
}

// Pass returns at once, at the price of one atomic load, unless calls on the fd
// are held at this place. Then it blocks until Release.
func (g *CallGate) Pass(at Place, fd int) {
	if held := g.held.Load(); held != nil && held.at == at && held.fd == fd {
		held.gate.Pass(places[at])
	}
}

// Hold holds the calls on fd at one place, and releases those that were held before.
func (g *CallGate) Hold(at Place, fd int) {
	next := &heldCall{at: at, fd: fd}
	next.gate.Close()
	g.change(next)
}

// Release lets all calls go on.
func (g *CallGate) Release() { g.change(nil) }

func (g *CallGate) change(next *heldCall) {
	if before := g.held.Swap(next); before != nil {
		before.gate.Release()
	}
}

// HoldCall is the command for CallGate.Hold: "hold before read 7".
func HoldCall(at Place, fd int) string { return Hold + " " + places[at] + " " + strconv.Itoa(fd) }

// Holds is the note that a process leaves in its trace when HoldCall is in force: whoever
// passes there from then on is held.
func Holds(at Place, fd int) string {
	return "from here on held: " + places[at] + " " + strconv.Itoa(fd)
}

// hold obeys what follows Hold: nothing, or a place and an fd.
func (c *Control) hold(rest string) bool {
	if rest == "" {
		c.Gate.Close()
		return true
	}
	for at, name := range places {
		if number, ok := strings.CutPrefix(rest, name+" "); ok {
			fd, err := strconv.ParseUint(number, 10, 31)
			if err == nil {
				c.Calls.Hold(at, int(fd))
				note(Holds(at, int(fd)))
			}
			return err == nil
		}
	}
	return false
}
