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

// function names the function in which the thread deals with an fd; 0: none is known. One that is
// no more than a guess has a question mark.
func (t *tracer) function(k *task) uint32 {
	s, pid := t.symbolsOf(k.proc), k.proc.pid
	if len(s.funcs) == 0 {
		return 0
	}
	if regs, ok := registersOf(k.tid); ok {
		s.now = s.frames(s.now[:0], pid, regs)
		if name, ok := s.called(s.now, k.base.frames); ok {
			return t.functionName(name, "")
		}
	}
	at := site{k.info.ip, k.info.sp, k.handles}
	name, ok := k.guesses[at]
	if !ok {
		if k.guesses == nil || len(k.guesses) >= mostSites {
			k.guesses = map[site]uint32{}
		}
		name = t.functionName(s.guess(pid, k.info.sp, k.base.words), "?")
		k.guesses[at] = name
	}
	return name
}

func (t *tracer) functionName(function, mark string) uint32 {
	if function == "" {
		return 0
	}
	return t.str(plain(function) + mark)
}

// site is where a thread makes a call: the same place on the stack, for the same fd.
type site struct {
	ip, sp uint64
	fd     int32
}

// mostSites bounds what a thread remembers.
const mostSites = 1 << 12

// waiting is the stack of a thread that goes to wait: what is outside of its loop.
type waiting struct {
	ip, sp uint64
	frames []frame
	words  words
}

// remember keeps it.
func (t *tracer) remember(k *task) {
	if k.base.ip == k.info.ip && k.base.sp == k.info.sp {
		return
	}
	s, pid := t.symbolsOf(k.proc), k.proc.pid
	k.base, k.guesses = waiting{ip: k.info.ip, sp: k.info.sp}, nil
	if len(s.funcs) == 0 {
		return
	}
	if regs, ok := registersOf(k.tid); ok {
		k.base.frames = s.frames(nil, pid, regs)
	}
	k.base.words = s.words(pid, k.info.sp)
}

func (t *tracer) symbolsOf(p *process) *symbols {
	if p.symbols == nil {
		p.symbols = readSymbols(p.pid)
	}
	return p.symbols
}
