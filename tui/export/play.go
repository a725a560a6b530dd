package export

import (
	"fmt"
	"time"

	"fdlab/tui/grid"
	"fdlab/tui/player"
	"fdlab/tui/viewer"
)

// How long a cast or a film shows what there is to read, since nobody presses a key.
const (
	toRead    = 2500 * time.Millisecond // and besides, for each letter:
	perLetter = 35 * time.Millisecond
	atTheEnd  = 5 * time.Second
	longest   = 30 * time.Minute // a film; a run that takes longer is cut there
)

// play shows the run to somebody who presses no key: from moment to moment, where the
// lesson has some, each with its question and its answer; else a replay, slow enough to
// be seen; with so many frames a second. It begins at Options.At, and is cut after
// Options.For. take gets each frame and how long after the first it stands; mark is what
// begins there: a step or a moment, or "". It returns how long all of it is.
func play(run *Run, o Options, perSecond int, take func(at time.Duration, g *grid.Grid, mark string) error) (time.Duration, error) {
	each := time.Second / time.Duration(perSecond)
	v := run.viewer(o)
	v.Begin()
	if o.At != Whole {
		v.ShowAt(o.At)
	}
	if state := v.State(); state == player.Ended || state == player.Past {
		v.Toggle()
	}
	end := longest
	if o.For > 0 {
		end = min(end, o.For)
	}
	g := grid.New(o.W, o.H)
	v.Theme.Prepare(g)
	step, moment := 0, 0
	var at time.Duration
	for ; at < end; at += each {
		g.Clear()
		v.Draw(g.Region())
		mark := ""
		if n, text := v.Step(); n != step {
			step, mark = n, fmt.Sprintf("step %d: %s", n, text)
		}
		i, answered, ok := v.Standing()
		if ok && i+1 != moment {
			moment, mark = i+1, fmt.Sprintf("moment %d", i+1)
		}
		if err := take(at, g, mark); err != nil {
			return at, err
		}
		switch {
		case ok:
			at += reading(v, answered)
			v.Toggle() // the answer, then on
		case v.State() == player.Ended:
			return min(at+atTheEnd, end), nil
		}
		v.Pass(each)
	}
	return end, nil
}

// reading is how long a question, or an answer, stands.
func reading(v *viewer.Viewer, answered bool) time.Duration {
	text, answer := v.Asked()
	if answered {
		text = answer
	}
	return toRead + time.Duration(len(text))*perLetter
}
