//go:build amd64 || arm64

package foreign

import (
	"slices"

	"fdlab/lab/trace"
)

// handling infers which ready fd a thread deals with: from the first call on an fd that
// its last wait has named, this one. Until the next such call, or the next wait. A thread
// that says itself which callback it is in needs no inference.
func (t *tracer) handling(k *task, fd int32) {
	if k.turn == nil || len(k.callbacks) > 0 || fd == k.handles || !slices.Contains(k.named, fd) {
		return
	}
	k.handles = fd
	t.rec.Put(&trace.Record{Kind: trace.Handling, Thread: uint32(k.tid), FD: fd, Base: k.turn.base, Str: t.function(k)})
}

// site is where a thread makes a call: the same place on the stack, for the same fd.
type site struct {
	ip, sp uint64
	fd     int32
}

// mostSites bounds what a thread remembers.
const mostSites = 1 << 12

// function names the function in which the thread deals with an fd, as a symbol on its
// stack says; 0: none does.
func (t *tracer) function(k *task) uint32 {
	at := site{k.info.ip, k.info.sp, k.handles}
	if name, ok := k.handlers[at]; ok {
		return name
	}
	if k.handlers == nil || len(k.handlers) >= mostSites {
		k.handlers = map[site]uint32{}
	}
	name := uint32(0)
	if s := t.symbolsOf(k.proc).handler(k.proc.pid, k.info.sp, k.base); s != "" {
		name = t.str(plain(s))
	}
	k.handlers[at] = name
	return name
}

// remember keeps what lies on the stack of a thread that goes to wait: what is outside of
// its loop.
func (t *tracer) remember(k *task) {
	if k.base.ip != k.info.ip || k.base.sp != k.info.sp {
		k.base = t.symbolsOf(k.proc).frames(k.proc.pid, k.info.ip, k.info.sp)
		k.handlers = nil
	}
}

func (t *tracer) symbolsOf(p *process) *symbols {
	if p.symbols == nil {
		p.symbols = readSymbols(p.pid)
	}
	return p.symbols
}
