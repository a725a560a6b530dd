package world

// Overview is the whole run in few stretches of time: whether callbacks ran in them, and
// whether something was ready and unseen. It is made while the run goes on, so that to
// look at it costs the same after a second and after an hour.
type Overview struct {
	width     int64 // ns that a stretch is long
	stretches []Stretch

	at    int64          // up to here it is made
	now   [busyKinds]int // lanes that are busy now, by how
	since int64          // when something became unseen, if now says that something is
}

// Stretch is a piece of the overview.
type Stretch struct {
	Callback int64 // ns in which a callback ran, on some thread
	Unseen   int64 // ns in which some fd was ready and unseen
	Late     bool  // it was so for longer than a millisecond, within it or beyond
	Began    bool  // callbacks began
}

const (
	mostStretches = 1 << 10
	firstWidth    = int64(1e5)
	late          = int64(1e6)
)

// busy says in which way the overview counts a lane.
type busy uint8

const (
	quiet busy = iota
	calling
	unseen
	busyKinds
)

func busyIn(s States) busy {
	switch s {
	case Callback, SleepsInCallback, Spins:
		return calling
	case Unseen, Piling:
		return unseen
	}
	return quiet
}

// change notes that a lane is busy in another way.
func (o *Overview) change(at int64, before, after busy) {
	if before == after {
		return
	}
	o.upTo(at)
	if before == unseen && o.now[unseen] == 1 && o.at-o.since > late {
		for i := o.since / o.width; i <= o.at/o.width; i++ {
			o.stretches[i].Late = true
		}
	}
	if after == unseen && o.now[unseen] == 0 {
		o.since = o.at
	}
	o.now[before]--
	o.now[after]++
}

// began notes that a callback began.
func (o *Overview) began(at int64) {
	o.upTo(at)
	o.stretches[o.at/o.width].Began = true
}

// upTo goes on to a time with what is busy now.
func (o *Overview) upTo(at int64) {
	at = max(at, o.at)
	o.fit(at)
	for o.at < at {
		s := &o.stretches[o.at/o.width]
		next := min(at, (o.at/o.width+1)*o.width)
		if o.now[calling] > 0 {
			s.Callback += next - o.at
		}
		if o.now[unseen] > 0 {
			s.Unseen += next - o.at
		}
		o.at = next
	}
}

// fit makes the stretches long enough, so that few reach to a time.
func (o *Overview) fit(at int64) {
	if o.width == 0 {
		o.width = firstWidth
	}
	for at/o.width >= mostStretches {
		for i, s := range o.stretches {
			if to := &o.stretches[i/2]; i%2 == 0 {
				*to = s
			} else {
				to.Callback += s.Callback
				to.Unseen += s.Unseen
				to.Late = to.Late || s.Late
				to.Began = to.Began || s.Began
			}
		}
		o.stretches = o.stretches[:(len(o.stretches)+1)/2]
		o.width *= 2
	}
	for int64(len(o.stretches)) <= at/o.width {
		o.stretches = append(o.stretches, Stretch{})
	}
}

// recount counts the lanes that are busy, when some have gone.
func (o *Overview) recount(lanes []Lane) {
	o.now = [busyKinds]int{}
	for i := range lanes {
		o.now[lanes[i].busy]++
	}
}

// Between sums up what the overview has from a time to another, at the time now of the
// run: the stretches that touch it.
func (o *Overview) Between(from, to, now int64) (s Stretch) {
	if o.width == 0 {
		return s
	}
	for i := max(from, 0) / o.width; i < int64(len(o.stretches)) && i*o.width < to; i++ {
		x := o.stretches[i]
		part := share(i*o.width, (i+1)*o.width, from, to)
		s.Callback += int64(part * float64(x.Callback))
		s.Unseen += int64(part * float64(x.Unseen))
		s.Late = s.Late || x.Late
		s.Began = s.Began || x.Began
	}
	if lasts := min(to, now) - max(from, o.at); lasts > 0 { // what nothing has changed since
		if o.now[calling] > 0 {
			s.Callback += lasts
		}
		if o.now[unseen] > 0 {
			s.Unseen += lasts
		}
	}
	if o.now[unseen] > 0 && now-o.since > late && to > o.since && from <= now {
		s.Late = true
	}
	return s
}

// share is which part of a stretch lies between two times.
func share(begin, end, from, to int64) float64 {
	return float64(min(end, to)-max(begin, from)) / float64(end-begin)
}
