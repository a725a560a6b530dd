package diagnosis

import (
	"slices"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// Warnings appends what deserves a word at the time now to dst: none of it is an
// error of the lab's, but often one of the program's.
func Warnings(dst []Finding, w *world.World, now int64) []Finding {
	open := int64(0)
	for _, f := range w.FDs {
		if f.Closed != 0 {
			if spin, ok := Spins(f, Now); ok && f.Lingers() {
				dst = append(dst, spin)
			}
			continue
		}
		open++
		dst = warnOfFD(dst, w, f, now)
	}
	for i := range w.Bases {
		b := &w.Bases[i]
		if spin, ok := CallsNobody(b); ok {
			dst = append(dst, spin)
		}
		same, again := SameAgain(b)
		if again && !starves(dst, b) {
			dst = append(dst, same)
		}
		switch {
		case again: // its callbacks are short
		case b.Phase == world.Calling && now-b.Since > longAfter && w.Sure(b.Since):
			dst = append(dst, Finding{Kind: LongCallback, Base: b, For: now - b.Since})
		case b.LastTook > longAfter && now-b.LastCallback < longRemember:
			dst = append(dst, Finding{Kind: LongCallback, Base: b, For: b.LastTook})
		}
	}
	if w.Ended && open > 0 {
		dst = append(dst, Finding{Kind: Leak, Count: open})
	}
	if w.Foreign() {
		dst = warnOfUnused(dst, w, now)
	}
	return dst
}

func warnOfFD(dst []Finding, w *world.World, f *world.FD, now int64) []Finding {
	if spin, ok := Spins(f, Now); ok {
		dst = append(dst, spin)
	} else if f.LeftBehind >= partlyAfter && f.Queued > 0 {
		dst = append(dst, Finding{Kind: PartialDrain, FD: f, Count: f.Queued})
	} else if left, ok := LeftLying(w, f, now); ok {
		dst = append(dst, left)
	}
	since, unseen := f.Unseen()
	if f.Before && f.Reads == 0 && len(f.Watches) == 0 || f.Regular {
		return dst // the program was given it, and may not care
	}
	if mayBeLock(w, f) {
		return dst
	}
	if !unseen || f.Blocked > 0 || !w.Sure(since) {
		return dst
	}
	if f.TCP.State == "CLOSE" && f.Readiness&(trace.Readable|trace.EndOfFile) == 0 {
		return dst // it hangs up because it has never been connected
	}
	switch {
	case len(f.Watches) == 0 && w.Foreign() && f.Ends.Now > 0: // there is no more to read: see warnOfUnused
	case w.Unwatched(f) && w.Unheld(since, now) > neverReadFrom:
		dst = append(dst, Finding{Kind: NeverRead, FD: f, For: now - since})
	case len(f.Watches) > 0 && now-since > starveAfter:
		if why, ok := Busy(w, f); ok && (why.Cause != NotWaited || now-why.Base.Woke() > starveAfter) {
			why.For = now - since
			dst = append(dst, why)
		}
	}
	return dst
}

// starves reports whether a warning says already that the base lets an fd starve.
func starves(all []Finding, b *world.Base) bool {
	return slices.ContainsFunc(all, func(f Finding) bool { return f.Kind == Starve && f.Base == b })
}
