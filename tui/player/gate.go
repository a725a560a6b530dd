package player

import (
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// A program that is told to hold needs a moment until it does, and longer on a busy
// machine. What it records later than that, it records in spite of the gate.
const (
	hearing = int64(1e9)
	often   = 3 // fewer records are no proof: a timeout ends while time is held
)

// let notes that the program was told something: to stand still, or to go a phase.
func (p *Player) let() { p.letAt, p.defied = p.Length(), 0 }

// heed looks through records that come while time is held, before they are applied.
func (p *Player) heed(t *Track, records []trace.Record) {
	if t.last().run.Live.Foreign() {
		return // it is held from outside: what it still does is on the way to its next wait
	}
	for i := range records {
		r := &records[i]
		switch r.Kind {
		case trace.ProcessOf: // the first word of a program that is held from outside
			return
		case trace.Poke: // whatever follows from it is wished
			p.letAt, p.defied = r.Time, 0
		case trace.Kernel, trace.Socket, trace.Endpoint, trace.Sleep, trace.Hold, trace.Release, trace.WaitEnd, trace.Offer:
			// the kernel's word, or on the way to the gate
		default:
			if r.Time > p.letAt+hearing && !p.inside(t, r.Thread) {
				p.defied++
				p.defiedAt = max(r.Time, p.Length()) // a flood is read late
			}
		}
	}
}

// inside reports whether a thread is in a callback that began before it could hear
// of the gate. It comes to the gate when the callback is over.
func (p *Player) inside(t *Track, thread uint32) bool {
	th := t.last().run.Live.ThreadByID(thread)
	if th == nil {
		return false
	}
	for i := range th.Stack {
		if f := &th.Stack[i]; f.Kind == world.InCallback && f.Since <= p.letAt+hearing {
			return true
		}
	}
	return false
}

// Defied returns how many records a program has made in spite of the closed gate; 0: it
// obeys the gate, or does so again.
func (p *Player) Defied() int {
	if !p.held || p.defied < often || p.Length() > p.defiedAt+hearing {
		return 0
	}
	return p.defied
}

// Stop says that a signal has stopped the program: the clock stands still.
func (p *Player) Stop() {
	if !p.stopped {
		p.stopped, p.stoppedAt = true, p.Length()
	}
}

// GoOn says that it goes on, at a time of the latest run of its only track. While
// time is held, the clock stands still anyway.
func (p *Player) GoOn(now int64) {
	if p.stopped && !p.held && now > p.stoppedAt {
		p.gaps = append(p.gaps, Gap{p.stoppedAt, now})
	}
	p.stopped = false
}
