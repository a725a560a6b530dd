package world

import (
	"maps"
	"slices"

	"fdlab/lab/trace"
)

// A foreign program may be several processes, and one trace has the records of all of
// them. A world is that of one process, for fd 5 of one is not fd 5 of another: it passes
// over what the others record, and knows of them that they are there.

// Process is one of the processes of a foreign program.
type Process struct {
	ID      uint32 // that of its first thread, too
	Parent  uint32 // the process that has made it, 0: none that is traced
	Name    string // the program that it runs
	Begun   int64
	Ended   int64  // 0 while it lives
	Records uint64 // that its threads have made so far; only the world of the first one counts them
}

// of returns the world of another process at this moment: nothing is known of it yet but
// which threads are whose.
func (w *World) of(process uint32) *World {
	return &World{names: w.names, threads: map[uint32]int{}, process: process, first: w.first, Time: w.Time, LostAt: w.LostAt,
		Processes: slices.Clone(w.Processes), strangers: maps.Clone(w.strangers)}
}

// owner returns the process that a thread belongs to; 0: the trace does not speak of
// processes.
func (w *World) owner(thread uint32) uint32 {
	if p, ok := w.strangers[thread]; ok {
		return p
	}
	return w.first
}

// Process returns the process whose world it is, or nil where the trace does not speak of
// processes.
func (w *World) Process() *Process { return w.processByID(w.process) }

func (w *World) processByID(id uint32) *Process {
	for i := range w.Processes {
		if w.Processes[i].ID == id {
			return &w.Processes[i]
		}
	}
	return nil
}

// isOthers takes what a record says of processes, and reports whether it is about another
// one than the world's.
func (w *World) isOthers(r *trace.Record) bool {
	if r.Kind == trace.ProcessOf {
		w.applyProcess(r)
		return true
	}
	if w.first == 0 {
		return false
	}
	owner := w.owner(r.Thread)
	p := w.processByID(owner)
	if p != nil {
		p.Records++
	}
	if r.Kind == trace.ThreadEnd {
		delete(w.strangers, r.Thread)
		if p != nil && p.ID == r.Thread {
			p.Ended = r.Time
		}
	}
	return owner != w.process
}

// applyProcess notes to which process a thread belongs.
func (w *World) applyProcess(r *trace.Record) {
	id := uint32(r.A)
	if id == 0 || int64(id) != r.A {
		return
	}
	if w.first == 0 {
		w.first = id
		if w.process == 0 {
			w.process = id
		}
	}
	if id == w.first {
		delete(w.strangers, r.Thread)
	} else {
		if w.strangers == nil {
			w.strangers = map[uint32]uint32{}
		}
		w.strangers[r.Thread] = id
	}
	p := w.processByID(id)
	switch {
	case p == nil:
		w.enterProcess(Process{ID: id, Parent: uint32(r.B), Name: w.names.of(r.Str), Begun: r.Time})
	case p.Ended != 0 && r.Thread == id: // the number was given again
		*p = Process{ID: id, Parent: uint32(r.B), Name: w.names.of(r.Str), Begun: r.Time}
	case r.Thread == id:
		p.Name = w.names.of(r.Str)
	}
}

// enterProcess enters a process. Of too many the one goes that ended first, but never the
// program's own.
func (w *World) enterProcess(p Process) {
	if len(w.Processes) >= mostProcesses {
		w.Dropped.Processes++
		goes := -1
		for i := range w.Processes {
			if o := &w.Processes[i]; i > 0 && o.Ended != 0 && o.ID != w.process && (goes < 0 || o.Ended < w.Processes[goes].Ended) {
				goes = i
			}
		}
		if goes < 0 {
			return
		}
		w.Processes = slices.Delete(w.Processes, goes, goes+1)
	}
	w.Processes = append(w.Processes, p)
}
