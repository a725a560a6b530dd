package event

import "strings"

// What says what an event watches for, or what it was activated for. The
// values are libevent's EV_* and those of trace.Readiness.
type What uint16

const (
	Timeout       What = 0x01 // its time is over
	Read          What = 0x02 // the fd can be read (data, end of file, an error)
	Write         What = 0x04 // the fd can be written
	Signal        What = 0x08 // the fd is the number of a signal
	Persist       What = 0x10 // stays pending when it is activated
	EdgeTriggered What = 0x20 // tell of changes, not of states (epoll and kqueue only)
)

// io is what a backend is asked to watch for.
const io = Read | Write | EdgeTriggered

var whatNames = []string{"timeout", "read", "write", "signal", "persist", "edge-triggered"}

// String returns "read|persist", or "nothing".
func (w What) String() string {
	var names []string
	for i, name := range whatNames {
		if w&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	if names == nil {
		return "nothing"
	}
	return strings.Join(names, "|")
}

// Flags change how Loop runs (libevent's EVLOOP_*, with the same values).
type Flags uint8

const (
	Once          Flags = 0x01 // return when callbacks ran and nothing is active any more
	NonBlock      Flags = 0x02 // never sleep; return when nothing is ready
	NoExitOnEmpty Flags = 0x04 // go on when no events are left
)

// Reason says why a loop returned.
type Reason uint8

const (
	Failed   Reason = iota // an error; it is returned beside the reason
	NoEvents               // no event is pending or active any more
	Broken                 // Break: at once, active events are left for the next loop
	Exited                 // Exit: after the active events ran
	Done                   // the flags Once or NonBlock had what they wanted
)

var reasonNames = [...]string{"error", "no events left", "broken off", "exited", "done"}

func (r Reason) String() string { return reasonNames[r] }

// Code returns what event_base_loop(3) returns in libevent: 1 when no events
// are left, -1 after an error, else 0.
func (r Reason) Code() int {
	switch r {
	case Failed:
		return -1
	case NoEvents:
		return 1
	}
	return 0
}
