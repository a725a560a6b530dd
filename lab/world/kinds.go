package world

import "fdlab/lab/trace"

// use says what the feed and the playhead make of a kind. World.Apply says what
// it changes; the timeline looks only at what it changed.
type use uint8

const (
	unused  use = 1 << iota // neither of the others
	inFeed                  // the feed has a line for it, unless it is no news
	stepped                 // a person who steps through the run stops at it
)

// uses has a row for every kind; a test fails when one is empty.
var uses = [trace.Kinds]use{
	trace.None:          unused,
	trace.ThreadBegin:   unused,
	trace.ThreadEnd:     unused,
	trace.ProcessOf:     unused,
	trace.Open:          inFeed,
	trace.Label:         unused,
	trace.Close:         inFeed,
	trace.BaseNew:       unused,
	trace.BaseFree:      unused,
	trace.Shared:        unused,
	trace.LoopBegin:     unused,
	trace.LoopEnd:       inFeed,
	trace.Add:           unused,
	trace.Del:           unused,
	trace.WaitBegin:     stepped,
	trace.WaitEnd:       inFeed | stepped,
	trace.Ready:         stepped,
	trace.CallbackBegin: stepped,
	trace.CallbackEnd:   inFeed | stepped,
	trace.Turns:         inFeed,
	trace.Calls:         inFeed,
	trace.Handling:      stepped,
	trace.CallBegin:     stepped,
	trace.CallEnd:       inFeed | stepped,
	trace.Kernel:        stepped,
	trace.Sleep:         unused,
	trace.Socket:        unused,
	trace.Endpoint:      inFeed | stepped,
	trace.Hold:          unused,
	trace.Release:       unused,
	trace.Step:          inFeed | stepped,
	trace.Note:          inFeed,
	trace.Moment:        stepped,
	trace.Poke:          inFeed | stepped,
	trace.Offer:         unused,
	trace.Check:         inFeed,
	trace.Measure:       unused,
	trace.Table:         unused,
	trace.Cell:          unused,
	trace.Answer:        inFeed,
	trace.Verdict:       inFeed | stepped,
	trace.End:           inFeed,
}

// has reports whether the uses of a kind have all bits of u; unknown kinds have
// none.
func has(k trace.Kind, u use) bool { return int(k) < len(uses) && uses[k]&u == u }
