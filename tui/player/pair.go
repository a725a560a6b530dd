package player

import "fdlab/tui/keys"

// Two runs under one playhead: they begin together, or are aligned at a moment that
// both have marked. Then what led to it, and what came of it, stand side by side,
// however long each run took to come there.

// Align puts the second track where its n-th moment, from 0, falls on that of the
// first. -1: both begin together. ok is false where one of them has no such moment.
func (p *Player) Align(n int) (ok bool) {
	first, second := p.Tracks[0], p.Tracks[1]
	by := int64(0)
	if n >= 0 {
		a, okA := first.moment(n)
		b, okB := second.moment(n)
		if !okA || !okB {
			return false
		}
		by = a - (b - second.offset)
	}
	second.shift(by - second.offset)
	p.aligned = n + 1
	return true
}

// Aligned returns the number, from 0, of the moment at which two tracks are aligned;
// -1: they begin together.
func (p *Player) Aligned() int { return p.aligned - 1 }

// MeetAt shows the next moment of the first track, or the one before, and aligns the
// second there, if it has that moment.
func (p *Player) MeetAt(forward bool) Order {
	now := p.Now()
	if p.State() == Ended {
		now = -1
	}
	n := p.momentsUntil(now)
	if !forward {
		if n--; n >= 0 {
			if at, _ := p.Tracks[0].moment(n); at == now {
				n--
			}
		}
	}
	at, ok := p.Tracks[0].moment(n)
	if !ok {
		return Nothing
	}
	if !p.Align(n) {
		p.Align(-1)
	}
	p.replaying = false
	return p.goTo(at)
}

// shift moves the track on the player's clock.
func (t *Track) shift(by int64) {
	t.offset += by
	for _, a := range t.acts {
		a.begins += by
	}
}

// Meet are the keys with which two runs are aligned.
var Meet = keys.Table[*Player, Order]{
	{
		Names: []string{"tab"}, Sign: "tab",
		Now:  (*Player).nowMeet,
		Help: "the next moment on which the lesson turns; shift+tab the one before. Both runs are aligned there, if both have marked it",
		Do:   func(p *Player) Order { return p.MeetAt(true) },
	},
	{Names: []string{"shift+tab"}, Do: func(p *Player) Order { return p.MeetAt(false) }},
}

func (p *Player) nowMeet() keys.Hint {
	if p.Tracks[0].moments() == 0 {
		return keys.Hint{}
	}
	return keys.Hint{Does: "next moment"}
}
