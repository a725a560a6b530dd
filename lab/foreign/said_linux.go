//go:build amd64 || arm64

package foreign

import (
	"slices"
	"strconv"
	"strings"

	"fdlab/lab/trace"
)

// said takes what a program says of itself: it writes a line to fd -1, as said/said.h
// does. All others that write there have made a mistake, and say nothing. What is said
// is not measured; that the thread said it then is.
func (t *tracer) said(k *task) {
	text := make([]byte, min(k.info.arg(2), 128))
	text = text[:peek(k.proc.pid, k.info.arg(1), text)]
	rest, ok := strings.CutPrefix(string(text), "fdlab ")
	if !ok {
		return
	}
	t.announce(k)
	word, rest, _ := strings.Cut(rest, " ")
	switch word {
	case "step":
		n, name, ok := numbers(rest, 2)
		if ok {
			t.rec.Put(&trace.Record{Kind: trace.Step, Thread: uint32(k.tid), FD: trace.NoFD, Str: t.str(plain(name)), A: n[0], B: n[1]})
		}
	case "name":
		n, name, ok := numbers(rest, 1)
		if ok && t.find(k.proc, int32(n[0])) != nil {
			t.rec.Put(&trace.Record{Kind: trace.Label, Thread: uint32(k.tid), FD: int32(n[0]), Str: t.str(plain(name))})
		}
	case "callback":
		n, name, ok := numbers(rest, 2)
		if ok && k.loop != nil {
			t.callback(k, int32(n[0]), n[1], name)
		}
	case "back":
		t.back(k)
	case "returned":
		n, _, ok := numbers(rest, 1)
		if ok {
			t.rec.Put(&trace.Record{Kind: trace.Measure, Thread: uint32(k.tid), FD: trace.NoFD, Str: t.str("the loop returned"), A: n[0], B: int64(trace.Count)})
		}
	}
}

// numbers reads n numbers, each with a space after it, and what follows them.
func numbers(text string, n int) (all []int64, rest string, ok bool) {
	for range n {
		var one string
		one, text, _ = strings.Cut(text, " ")
		number, err := strconv.ParseInt(one, 10, 32)
		if err != nil {
			return nil, "", false
		}
		all = append(all, number)
	}
	return all, text, true
}

// callback: a callback begins, says the program. It is of the loop that the thread has
// last waited for. While it runs nothing about it is inferred.
func (t *tracer) callback(k *task, fd int32, what int64, name string) {
	r := trace.Record{Kind: trace.CallbackBegin, Thread: uint32(k.tid), FD: trace.NoFD, Base: k.loop.base, Str: t.str(plain(name)), A: what}
	if r.What()&trace.Signal == 0 && t.find(k.proc, fd) != nil { // libevent gives a signal's number
		r.FD = fd
	}
	if w := k.loop.set[fd]; w != nil {
		r.C = int64(w.event)
	}
	t.rec.Put(&r)
	k.callbacks = append(k.callbacks, r)
}

// back: the callback is over that has begun last.
func (t *tracer) back(k *task) {
	n := len(k.callbacks)
	if n == 0 {
		return
	}
	r := k.callbacks[n-1]
	k.callbacks = slices.Delete(k.callbacks, n-1, n)
	r.Kind, r.Time, r.Str, r.A = trace.CallbackEnd, 0, 0, 0
	t.rec.Put(&r)
}
