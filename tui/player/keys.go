package player

import "fdlab/tui/keys"

// Keys are the player's keys, the same wherever it plays.
var Keys = keys.Table[*Player, Order]{
	{
		Names: []string{" "}, Sign: "space",
		Now:  (*Player).nowToggle,
		Help: "holds time, or lets it go on; in the past: back to the live edge; after the end: replays, from the beginning or from the moment that is shown, and pauses",
		Do:   (*Player).Toggle,
	},
	{
		Names: []string{"["}, Sign: "[ ]",
		Now:  (*Player).nowSpeed,
		Help: "a replay goes slower, faster",
		Do:   func(p *Player) Order { return p.slower(1) },
	},
	{Names: []string{"]"}, Do: func(p *Player) Order { return p.slower(-1) }},
	{
		Names: []string{"."}, Sign: ".  ,",
		Now:  (*Player).nowEvent,
		Help: "one phase of the loop forward, while time is held; in the past one event forward; one event back",
		Do:   (*Player).Next,
	},
	{Names: []string{","}, Do: (*Player).Previous},
	{
		Names: []string{"left", "h"}, Sign: "← →  h l",
		Now:  (*Player).nowMove,
		Help: "move through time by a column; with shift (H L) by 20; the way back holds time at the live edge",
		Do:   func(p *Player) Order { return p.byColumn(-1) },
	},
	{Names: []string{"right", "l"}, Do: func(p *Player) Order { return p.byColumn(1) }},
	{Names: []string{"shift+left", "H"}, Do: func(p *Player) Order { return p.Move(-leap * p.column) }},
	{Names: []string{"shift+right", "L"}, Do: func(p *Player) Order { return p.Move(leap * p.column) }},
	{
		Names: []string{"end", "G"}, Sign: "end",
		Now:  (*Player).nowEnd,
		Help: "the live edge, or the end (G, too); home and g go to the beginning",
		Do:   func(p *Player) Order { p.ToEnd(); return Nothing },
	},
	{Names: []string{"home", "g"}, Do: (*Player).ToStart},
	{
		Names: []string{"+", "="}, Sign: "+  -",
		Help: "zoom the time panel around the playhead: a column is 500 ns to a minute",
		Do:   func(p *Player) Order { p.Zoom(-1); return Nothing },
	},
	{Names: []string{"-", "_"}, Do: func(p *Player) Order { p.Zoom(1); return Nothing }},
	{
		Names: []string{"t"}, Sign: "t",
		Now:  (*Player).nowAxis,
		Help: "the time panel's axis: a column is a stretch of time, or one phase (a wait, what the loop was told, a callback, a call, an arrival), whatever time it took. There + and - make a phase wider, and ← → go by one",
		Do:   func(p *Player) Order { p.events = !p.events; return Nothing },
	},
	{
		Names: []string{"N"}, Sign: "N",
		Now:  (*Player).nowProcess,
		Help: "shows the next process of a program that is not of the lab and has made others: its own fds, threads and loops, at the same moment. Those that live come first",
		Do:   func(p *Player) Order { p.nextProcess(); return Nothing },
	},
}

// nextProcess shows the next process on the track in front.
func (p *Player) nextProcess() {
	t := p.Tracks[p.Front]
	if id, ok := t.nextProcess(); ok {
		t.Show(id)
	}
}

func (p *Player) nowProcess() keys.Hint {
	if p.Tracks[p.Front].Process() == nil {
		return keys.Hint{}
	}
	return keys.Hint{Does: "next process"}
}

// Turn brings the other of two tracks to the front.
func (p *Player) Turn() { p.Front = (p.Front + 1) % len(p.Tracks) }

// byColumn moves the playhead by a column of the time panel: on the event axis to the
// phase before or after.
func (p *Player) byColumn(by int64) Order {
	switch {
	case !p.events:
		return p.Move(by * p.column)
	case by < 0:
		return p.Previous()
	case p.past:
		return p.Next()
	}
	return Nothing
}

func (p *Player) nowAxis() keys.Hint {
	switch {
	case p.Length() == 0:
		return keys.Hint{}
	case p.events:
		return keys.Hint{Does: "time axis"}
	}
	return keys.Hint{Does: "event axis"}
}

func (p *Player) nowToggle() keys.Hint {
	does := ""
	switch s := p.State(); {
	case s == AtMoment && !p.guide.answered:
		does = "the answer"
	case s == AtMoment || s == Paused || p.guide.on && s == Past:
		does = "go on"
	case s == Replay || s == Led:
		does = "pause"
	case p.ended && p.Length() > 0:
		does = "replay"
	case s == Held:
		does = "go on"
	case p.gated && s == Past:
		does = "to the live edge"
	case p.gated && s == Live:
		does = "hold"
	}
	return keys.Hint{Does: does}
}

func (p *Player) nowSpeed() keys.Hint {
	if p.replaying {
		return keys.Hint{Does: "slower, faster"}
	}
	return keys.Hint{}
}

func (p *Player) nowEvent() keys.Hint {
	switch p.State() {
	case Held:
		return keys.Hint{Key: ".", Does: "one phase"}
	case Past, Paused, AtMoment:
		return keys.Hint{Key: ", .", Does: "event"}
	case Ended:
		return keys.Hint{Key: ",", Does: "event back"}
	}
	return keys.Hint{}
}

func (p *Player) nowMove() keys.Hint {
	switch p.State() {
	case Live, Held:
		return keys.Hint{Key: "←", Does: "back"}
	case Past, Paused, AtMoment:
		return keys.Hint{Key: "← →", Does: "time"}
	case Ended:
		return keys.Hint{Key: "←", Does: "back in time"}
	}
	return keys.Hint{}
}

func (p *Player) nowEnd() keys.Hint {
	switch {
	case p.guide.leads && p.ended:
		return keys.Hint{Does: "the end"}
	case p.guide.leads:
		return keys.Hint{Does: "live"}
	case p.State() == Past && p.ended:
		return keys.Hint{Does: "the end"}
	case p.State() == Past && !p.gated:
		return keys.Hint{Does: "live"}
	}
	return keys.Hint{}
}
