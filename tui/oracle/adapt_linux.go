package main

import (
	"fdlab/lab/diagnosis"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// What the oracle wants of a world, in one place: the rest of the package does
// not depend on how a world keeps its fds, and on who finds the warnings.

// fd is a row of the table: an fd of the world.
type fd struct {
	*world.FD
	number int32
}

func openFDs(w *world.World) (all []fd) {
	for _, f := range w.FDs {
		if f.Closed == 0 {
			all = append(all, fd{f, f.Number})
		}
	}
	return all
}

// isOpen returns the fd that has a number now.
func isOpen(w *world.World, number int32) (fd, bool) {
	f := w.FDByNumber(number)
	return fd{f, number}, f != nil
}

// warning is what stands at the bottom of the panel of threads and loops.
type warning struct {
	neverRead, longCallback bool
	fd                      int32
	base                    uint16
}

func warnings(w *world.World, now int64) (all []warning) {
	for _, l := range diagnosis.Warnings(nil, w, now) {
		x := warning{l.Kind == diagnosis.NeverRead, l.Kind == diagnosis.LongCallback, trace.NoFD, 0}
		if l.FD != nil {
			x.fd = l.FD.Number
		}
		if l.Base != nil {
			x.base = l.Base.Number
		}
		all = append(all, x)
	}
	return all
}

// watchedBy returns the fds on which events of a base are pending.
func watchedBy(w *world.World, base uint16) map[int32]bool {
	all := map[int32]bool{}
	for _, f := range w.FDs { // also one that is closed: epoll goes on while a duplicate keeps the file
		for i := range f.Watches {
			if f.Watches[i].Base == base && f.Watches[i].What&(trace.Readable|trace.Writable) != 0 {
				all[f.Number] = true
			}
		}
	}
	return all
}

// loops returns the bases whose loops run now.
func loops(w *world.World) (all []*world.Base) {
	for i := range w.Bases {
		if b := &w.Bases[i]; b.Phase != world.Stopped && b.Freed == 0 {
			all = append(all, b)
		}
	}
	return all
}
