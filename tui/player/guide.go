package player

import (
	"sort"
	"time"

	"fdlab/tui/keys"
)

// guide is guided mode: the program runs as ever, and the playhead follows its
// records at the reader's pace. It is slow where a moment comes near, quick
// where nothing happens, and stops at each moment that the program has marked.
//
// Invariant: while it leads, the player shows the past, even where the playhead
// has caught up with the program.
type guide struct {
	on       bool // a person wants it
	leads    bool // the playhead follows
	paused   bool // but waits, at the reader's wish
	at       int  // the number of the moment where it stands, from 1; 0: none
	answered bool // whose answer is shown
	next     int  // the index of the next moment to stop at

	near    int64         // from here on it goes record by record to the next moment;
	nearOf  int           // number of the moment that near is of
	waiting time.Duration // since the last of those records
}

const (
	lag       = int64(200e6)           // so far it stays behind a program that runs: what comes near must be known
	closeBy   = 10                     // records before a moment that are shown one by one
	perRecord = 150 * time.Millisecond // each of them
	quietFor  = int64(50e6)            // if nothing happens for so long it is
	quick     = 4                      // times as fast as the run was
)

// Guided turns guided mode on for a run that has not begun.
func (p *Player) Guided() *Player {
	p.guide.on = true
	p.lead(0)
	p.guide.next = 0
	return p
}

// IsGuided reports whether a person wants to be guided.
func (p *Player) IsGuided() bool { return p.guide.on }

// Behind is how far the playhead is behind the live edge, in ns; 0 when nothing
// is added any more.
func (p *Player) Behind() int64 {
	if p.ended {
		return 0
	}
	return p.Length() - p.Now()
}

// Standing returns the index of the moment where the playhead stands, and
// whether its answer is to be shown. ok is false where it stands at none.
func (p *Player) Standing() (i int, answered, ok bool) {
	return p.guide.at - 1, p.guide.answered, p.guide.at > 0
}

// ToggleGuide switches guided mode. Off, the program is shown live again.
func (p *Player) ToggleGuide() Order {
	p.guide.on = !p.guide.on
	switch {
	case !p.guide.on && p.ended:
		p.guide.leave()
	case !p.guide.on:
		p.ToEnd()
	case !p.ended:
		p.lead(p.Now())
		return p.release()
	}
	return Nothing
}

// leave ends the lead: a person has moved the playhead.
func (g *guide) leave() { g.leads, g.paused, g.at = false, false, 0 }

// lead begins to follow from a time.
func (p *Player) lead(from int64) {
	g := &p.guide
	if g.at == 0 {
		g.next = p.momentsUntil(from)
	}
	g.leave()
	g.leads, g.waiting, p.replaying = true, 0, false
	p.stand(from)
}

// stand puts the playhead on a time, and leaves guided mode as it is.
func (p *Player) stand(at int64) { p.past, p.at = true, max(at, p.earliest()) }

// follow goes on with the run, and reports whether the playhead still moves.
func (p *Player) follow(passed time.Duration) (goesOn bool) {
	g := &p.guide
	if g.paused || g.at > 0 {
		return false
	}
	moment, known := p.Tracks[0].moment(g.next)
	edge := p.Length()
	if !p.ended {
		edge -= lag
	}
	switch {
	case known && moment <= p.at:
		p.ToMoment(g.next)
	case known && moment <= edge && p.at >= p.nearby(moment):
		for g.waiting += passed; g.waiting >= perRecord; g.waiting -= perRecord {
			to, ok := p.neighbour(true)
			if !ok || to >= moment {
				p.ToMoment(g.next)
				break
			}
			p.stand(to)
		}
	default:
		to := p.forward(int64(passed))
		if known {
			to = min(to, max(p.nearby(moment), p.at))
		}
		if p.ended && to >= edge {
			p.ToEnd()
			break
		}
		p.stand(max(min(to, edge), p.at))
	}
	return g.leads && g.at == 0
}

// forward returns where the playhead comes in ns: as fast as the run was, and
// faster where nothing happens.
func (p *Player) forward(ns int64) int64 {
	to := p.beyondGaps(p.at+ns, 1)
	next, ok := p.neighbour(true)
	if !ok {
		next = p.Length()
	}
	if quiet := next - quietFor; quiet > to {
		to = min(p.at+quick*ns, quiet)
	}
	return to
}

// nearby returns the time from which on it goes record by record to the moment.
func (p *Player) nearby(moment int64) int64 {
	g := &p.guide
	if g.nearOf != g.next+1 {
		g.near, g.nearOf = moment, g.next+1
		for range closeBy {
			before, ok := p.Tracks[0].neighbour(g.near, false)
			if !ok {
				break
			}
			g.near = before
		}
	}
	return g.near
}

// ToMoment shows the n-th moment of the run, from 0, and its question.
func (p *Player) ToMoment(n int) Order {
	at, ok := p.Tracks[0].moment(n)
	if !ok {
		return Nothing
	}
	g := &p.guide
	g.leave()
	p.replaying = false
	p.stand(at)
	g.leads, g.at, g.answered, g.next = g.on, n+1, false, n+1
	if !g.on {
		return p.hold()
	}
	return Nothing
}

// answer is what space does at a moment: it shows the answer, then it goes on.
func (p *Player) answer() Order {
	g := &p.guide
	if !g.answered {
		g.answered = true
		return Nothing
	}
	if !g.on {
		g.leave()
		return p.Toggle()
	}
	p.lead(p.at)
	return p.release()
}

// NextMoment shows the moment after the one that is shown, as far as the run has
// come. After the end of all it is the first one.
func (p *Player) NextMoment() Order {
	n := p.momentsUntil(p.Now())
	if p.guide.at > 0 {
		n = p.guide.at
	}
	if p.State() == Ended {
		n = 0
	}
	return p.ToMoment(n)
}

// PreviousMoment shows the moment before.
func (p *Player) PreviousMoment() Order {
	n := p.momentsUntil(p.Now())
	if p.guide.at > 0 {
		n = p.guide.at - 1
	}
	return p.ToMoment(n - 1)
}

// momentsUntil counts the moments up to a time, that of the time itself among
// them.
func (p *Player) momentsUntil(at int64) int {
	if len(p.Tracks) == 0 {
		return 0
	}
	return sort.Search(p.Tracks[0].moments(), func(i int) bool {
		m, _ := p.Tracks[0].moment(i)
		return m > at
	})
}

// moments counts those that the latest run has marked so far.
func (t *Track) moments() int {
	if a := t.last(); a != nil {
		return len(a.run.Live.Moments)
	}
	return 0
}

// moment returns the time of the n-th of them, from 0.
func (t *Track) moment(n int) (at int64, ok bool) {
	if n < 0 || n >= t.moments() {
		return 0, false
	}
	a := t.last()
	return a.begins + a.run.Live.Moments[n].At, true
}

// Guide are the keys of guided mode.
var Guide = keys.Table[*Player, Order]{
	{
		Names: []string{"tab"}, Sign: "tab",
		Now:  (*Player).nowMoment,
		Help: "the next moment on which the lesson turns, as far as the run has come; shift+tab the one before. There space shows the answer, and then goes on",
		Do:   (*Player).NextMoment,
	},
	{Names: []string{"shift+tab"}, Do: (*Player).PreviousMoment},
	{
		Names: []string{"R"}, Sign: "R",
		Now:  (*Player).nowGuide,
		Help: "the reader's pace, on or off: the program runs as usual, and the stage follows it slowly and stops at each moment. It says how far behind the program it is. Space pauses it; end goes live",
		Do:   (*Player).ToggleGuide,
	},
}

func (p *Player) nowMoment() keys.Hint {
	n := p.momentsUntil(p.Now())
	if p.guide.at > 0 {
		n = p.guide.at
	}
	if len(p.Tracks) == 0 {
		return keys.Hint{}
	}
	switch all := p.Tracks[0].moments(); {
	case p.State() == Ended && all > 0:
		return keys.Hint{Does: "moments"}
	case n < all:
		return keys.Hint{Does: "next moment"}
	}
	return keys.Hint{}
}

func (p *Player) nowGuide() keys.Hint {
	switch {
	case p.ended:
		return keys.Hint{}
	case p.guide.on:
		return keys.Hint{Does: "guide off"}
	}
	return keys.Hint{Does: "guide on"}
}
