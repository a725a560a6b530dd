package main

import (
	"strings"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// ledger is what the oracle itself knows from the records, next to the world:
// the bare facts that a word on the stage must not contradict.
type ledger struct {
	fds     map[int32]*entry
	threads map[uint32]uint64 // records so far
	looked  int64             // when the program last looked at all its threads
	looks   int               // how often it has said so: every 50 ms, if it gets a processor
	lostAt  int64             // when it was last seen that records were lost
	strings trace.Strings
}

// entry is one fd.
type entry struct {
	records uint64
	file    string // what the kernel called it when the trace had it open; "": not known
	toldAt  int64  // when a loop was last told
	readAt  int64  // the last read
	tookAt  int64  // the last read that was not refused
	writes  int    // to its other end since then
	bytes   int64  // in all of them
}

func newLedger(strings trace.Strings) *ledger {
	return &ledger{fds: map[int32]*entry{}, threads: map[uint32]uint64{}, strings: strings}
}

func (l *ledger) fd(number int32) *entry {
	e := l.fds[number]
	if e == nil {
		e = &entry{}
		l.fds[number] = e
	}
	return e
}

// apply takes in a record. w is the world after it.
func (l *ledger) apply(w *world.World, r *trace.Record) {
	switch r.Kind {
	case trace.Kernel, trace.Socket, trace.Endpoint: // the watcher has no thread of its own
	case trace.Sleep:
		if l.threads[uint32(r.A)]++; r.A == 0 {
			l.looked = r.Asked()
			l.looks++
		}
		return
	default:
		l.threads[r.Thread]++
	}
	if r.FD < 0 {
		return
	}
	e := l.fd(r.FD)
	e.records++
	switch r.Kind {
	case trace.Open:
		*e = entry{records: e.records}
	case trace.Close:
		*e = entry{records: e.records, file: e.file}
	case trace.Ready:
		e.toldAt = r.Time
	case trace.CallEnd:
		switch l.strings.String(r.Str) {
		case "read", "accept":
			e.readAt = r.Time
			if r.A >= 0 {
				e.tookAt = r.Time
			}
			e.writes, e.bytes = 0, 0
		case "write":
			if f, ok := isOpen(w, r.FD); ok && f.Peer != trace.NoFD && r.A > 0 {
				peer := l.fd(f.Peer)
				times := int64(1)
				if r.Bytes == 0 && r.C > 1 { // in turns that were gathered
					times = r.C
				}
				peer.writes += int(times)
				peer.bytes += times * r.A
			}
		}
	}
}

// meet keeps which file each open fd is. Only these names are given once.
func (l *ledger) meet(w *world.World, f Facts) {
	for _, open := range openFDs(w) {
		if name := f.Files[open.number].Name; strings.HasPrefix(name, "pipe:") || strings.HasPrefix(name, "socket:") {
			l.fd(open.number).file = name
		}
	}
}

// knows reports whether the trace has ever spoken of the fd.
func (l *ledger) knows(number int32) bool { return l.fds[number] != nil }

// told reports whether a loop was told of the fd since it was read.
func (l *ledger) told(number int32) bool { e := l.fd(number); return e.toldAt > e.readAt }

// one reports whether the trace has just one write to the fd since it was read,
// and of how many bytes: whatever was told since then was told of these.
func (l *ledger) one(number int32) (bytes int64, ok bool) {
	e := l.fd(number)
	return e.bytes, e.writes == 1
}

// took returns when a read of the fd last took something, or found its end.
func (l *ledger) took(number int32) int64 { return l.fd(number).tookAt }
