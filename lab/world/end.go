package world

import (
	"slices"

	"fdlab/lab/trace"
)

// End is one end of a TCP connection, as the kernel's table of connections
// knows it: with an fd, and for a while after its close without one.
type End struct {
	Label         string // "client"
	FD            int32  // or trace.NoFD once it is closed
	Local, Remote uint16 // ports; the other end has them the other way round
	State         TCPState
	Since         int64      // when State began
	At            int64      // when the kernel was last heard
	Expires       int64      // ns from At until the kernel's timer fires, -1 for none
	Trail         []TCPState // the states so far, the current one last
}

// TCPState is a state of tcp(7), with the kernel's number (net/tcp_states.h).
type TCPState uint8

// The states. NoState is not one of the kernel's: the table has no entry.
const (
	NoState TCPState = iota
	Established
	SynSent
	SynReceived
	FinWait1
	FinWait2
	TimeWait
	Closed
	CloseWait
	LastAck
	Listen
	Closing
)

var stateNames = [...]string{
	"gone", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
	"TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING",
}

// String returns the state as ss(8) and netstat(8) write it.
func (s TCPState) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "unknown"
}

// Left returns how long the state still lasts at the time now, -1 where no timer
// ends it. In the other states the kernel's timer only sends a segment again.
func (e *End) Left(now int64) int64 {
	if e.Expires < 0 || e.State != TimeWait && e.State != FinWait2 {
		return -1
	}
	return max(e.Expires-(now-e.At), 0)
}

// Peer returns the other end of the connection, or nil.
func (w *World) Peer(e *End) *End {
	for i := len(w.Ends) - 1; i >= 0; i-- {
		if o := &w.Ends[i]; o.Local == e.Remote && o.Remote == e.Local && o != e {
			return o
		}
	}
	return nil
}

// keepEnds is how many ends stay in the world after they are gone.
const keepEnds = 32

// applyEnd keeps what the kernel's table says of one end.
func (w *World) applyEnd(r *trace.Record) {
	local, remote := uint16(r.B>>16), uint16(r.B)
	state := TCPState(r.A)
	var e *End
	for i := len(w.Ends) - 1; i >= 0 && e == nil; i-- {
		if w.Ends[i].Local == local && w.Ends[i].Remote == remote {
			e = &w.Ends[i]
		}
	}
	// The same ports again after the end of a connection: another connection.
	reborn := e != nil && (e.State == NoState || e.State == TimeWait) && (state == Established || state == SynSent || state == SynReceived)
	if e == nil || reborn {
		if len(w.Ends) >= keepEnds {
			w.Ends = slices.DeleteFunc(w.Ends, func(e End) bool { return e.State == NoState })
		}
		w.Ends = room(w.Ends, mostEnds, &w.Dropped.Ends)
		w.Ends = append(w.Ends, End{Local: local, Remote: remote, Since: r.Time, State: state, Trail: []TCPState{state}})
		e = &w.Ends[len(w.Ends)-1]
		w.turned = true
	}
	if e.State != state {
		w.turned = true
		e.State, e.Since = state, r.Time
		if len(e.Trail) < mostTrail {
			e.Trail = append(slices.Clip(e.Trail), state)
		}
	}
	e.Label, e.FD, e.At, e.Expires = w.names.of(r.Str), r.FD, r.Time, r.C
}
