package player

import (
	"time"

	"fdlab/lab/trace"
)

// What moves the playhead, and what closes and opens the gate at the live edge.

func (p *Player) hold() Order {
	if p.ended || p.held || !p.gated {
		return Nothing
	}
	p.held, p.heldAt = true, p.Length()
	p.let()
	return Hold
}

func (p *Player) release() Order {
	if p.ended || !p.held {
		return Nothing
	}
	p.stoodUntil(p.Length())
	p.held = false
	return Release
}

// Toggle holds time at the live edge, or lets it go on there. When all is over
// it replays the run, from the beginning or from the moment that is shown, or
// stops a replay. At the reader's pace it pauses, and goes on from any moment.
func (p *Player) Toggle() Order {
	switch {
	case p.guide.at > 0:
		return p.answer()
	case p.guide.leads:
		p.guide.paused = !p.guide.paused
	case p.guide.on && p.past:
		p.lead(p.at)
		return p.release()
	case p.guide.on && p.ended && p.Length() > 0:
		p.lead(p.earliest())
		p.guide.next = 0
	case p.ended:
		p.replay()
	case !p.gated:
		return CannotHold
	case p.past:
		p.ToEnd()
		return p.release()
	case p.held:
		return p.release()
	default:
		return p.hold()
	}
	return Nothing
}

func (p *Player) replay() {
	switch {
	case p.Length() == 0:
		return
	case p.replaying:
		p.replaying = false
		return
	case !p.past:
		p.show(p.earliest())
	}
	p.replaying = p.past
}

// Advance moves a replay, or the reader's pace, on by the time that has passed,
// and reports whether the playhead still moves. Where nothing happens any more it goes as fast as the run did.
func (p *Player) Advance(passed time.Duration) (goesOn bool) {
	if p.guide.leads {
		return p.follow(passed)
	}
	if p.replaying {
		p.show(p.beyondGaps(p.at+int64(passed)/p.Slowness(), 1))
	}
	return p.replaying
}

// Slowness is by how much a replay is slower, at this moment, than the run was.
func (p *Player) Slowness() int64 {
	if p.at >= p.LastRecord() {
		return 1
	}
	return speeds[p.speed]
}

func (p *Player) slower(by int) Order {
	p.speed = min(max(p.speed+by, 0), len(speeds)-1)
	return Nothing
}

// Next goes one event on: through the past, and at the live edge by letting one
// phase of the loop pass. The events are those of all tracks.
func (p *Player) Next() Order {
	switch {
	case p.past:
		p.replaying = false
		if at, ok := p.neighbour(true); ok {
			p.show(at)
		} else {
			p.ToEnd()
		}
		return Nothing
	case p.ended || !p.gated:
		return Nothing
	case !p.held:
		return p.hold()
	}
	p.let()
	return Step
}

// Previous shows the moment of the event before. It holds time, as Seek does.
func (p *Player) Previous() Order {
	p.replaying = false
	at, ok := p.neighbour(false)
	if !ok {
		return Nothing
	}
	return p.goTo(at)
}

// NextOf shows the next event, or the one before, of those that is says yes to, on
// the run that a track shows. The way back holds time, as Previous does.
func (p *Player) NextOf(n int, forward bool, is func(*trace.Record) bool) Order {
	t := p.Tracks[n]
	i := t.actAt(p.on(t))
	if i < 0 {
		return Nothing
	}
	a := t.acts[i]
	find := a.of.PreviousOf
	if forward {
		find = a.of.NextOf
	}
	at, ok := find(p.on(t)-a.begins, is)
	if !ok {
		return Nothing
	}
	p.replaying = false
	return p.goTo(a.begins + at)
}

// neighbour returns the nearest event, of any track, after or before the moment
// that is shown.
func (p *Player) neighbour(forward bool) (to int64, found bool) {
	for _, t := range p.Tracks {
		at, ok := t.neighbour(p.on(t), forward)
		if ok && (!found || forward == (at < to)) {
			to, found = at, true
		}
	}
	return to, found
}

// Move moves the playhead by ns, and past a gap whole. It ends a replay.
func (p *Player) Move(by int64) Order {
	p.replaying = false
	if by > 0 && !p.past {
		return Nothing
	}
	to := p.beyondGaps(p.Now()+by, by)
	if by > 0 && !p.ended && to >= p.LastRecord() {
		p.ToEnd()
		return Nothing
	}
	return p.goTo(to)
}

// Seek moves the playhead to a moment of the run that a track shows, in ns on
// that run's own clock.
func (p *Player) Seek(n int, at int64) Order {
	t := p.Tracks[n]
	i := t.actAt(p.on(t))
	if i < 0 {
		return Nothing
	}
	p.replaying = false
	return p.goTo(t.acts[i].begins + at)
}

// goTo shows a moment. When that leaves the live edge, time is held there, so
// that nothing runs away meanwhile. A reader who is guided wants the run to be
// judged.
func (p *Player) goTo(at int64) Order {
	if p.show(at); p.past && !p.guide.on {
		return p.hold()
	}
	return Nothing
}

// show puts the playhead on a moment; after the end of all it is back there.
func (p *Player) show(at int64) {
	if at >= p.edge() {
		p.ToEnd()
		return
	}
	p.guide.leave()
	p.stand(at)
}

// edge is the moment that is shown when no earlier one is.
func (p *Player) edge() int64 {
	if p.held {
		return min(p.Length(), p.stands())
	}
	return p.Length()
}

// ToStart shows the first moment that can be shown.
func (p *Player) ToStart() Order {
	p.replaying = false
	return p.goTo(p.earliest())
}

// ToEnd puts the playhead on the end, or on the live edge.
func (p *Player) ToEnd() {
	p.guide.leave()
	p.past, p.replaying = false, false
}

// earliest is the first moment that every track can show.
func (p *Player) earliest() (ns int64) {
	for _, t := range p.Tracks {
		ns = max(ns, t.earliest())
	}
	return ns
}

// beyondGaps moves a moment that lies in a gap to its end, in the direction of
// the move: nothing happened there.
func (p *Player) beyondGaps(to, by int64) int64 {
	for _, g := range p.gaps {
		switch {
		case to <= g.From || to >= g.To:
		case by < 0:
			return g.From
		default:
			return g.To
		}
	}
	return to
}
