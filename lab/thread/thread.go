// Package thread answers one question cheaply: which OS thread runs this code?
//
// The lab shows threads by their real kernel ids, the ones that ps -L, top -H
// and gdb show. gettid(2) gives the id, but it is a system call (60 to 200 ns):
// too expensive for every record of a trace. A goroutine that is locked to
// its OS thread always has the same id, so Lock asks the kernel once and ID
// finds the answer again by the goroutine's address.
package thread

import (
	"runtime"
	"sync/atomic"
)

// slots is the size of the table of locked threads. When a slot is taken by
// another thread, ID simply asks the kernel: slower, never wrong.
const slots = 4096

// entry holds one locked goroutine. Invariant: g is the address of a goroutine
// that is alive and locked to thread id, for as long as the entry is in table.
type entry struct {
	g  uintptr
	id uint32
}

var table [slots]atomic.Pointer[entry]

// slotOf spreads goroutine addresses, which are a few hundred bytes apart.
func slotOf(g uintptr) uintptr { return (g >> 6) * 0x9E3779B1 >> 8 % slots }

// Lock binds the calling goroutine to its OS thread (runtime.LockOSThread) and
// returns the thread's kernel id and a function that undoes both. The same
// goroutine must call unlock, and before it ends: another may get its address. Locks
// nest.
func Lock() (id uint32, unlock func()) {
	runtime.LockOSThread()
	g := self()
	slot := &table[slotOf(g)]
	if e := slot.Load(); g != 0 && e != nil && e.g == g {
		return e.id, runtime.UnlockOSThread // an outer Lock owns the entry
	}
	mine := &entry{g, ask()}
	if g == 0 || !slot.CompareAndSwap(nil, mine) {
		return mine.id, runtime.UnlockOSThread // no table here, or the slot is taken
	}
	return mine.id, func() {
		slot.Store(nil)
		runtime.UnlockOSThread()
	}
}

// Mark returns a number that no other thread has while the caller's goroutine is
// locked to its thread. It is cheaper than ID, and good for one thing only: is
// it the same thread as then? On a goroutine that is not locked it says nothing.
func Mark() uintptr {
	if g := self(); g != 0 {
		return g
	}
	return uintptr(kernelID())
}

// ID returns the kernel id of the OS thread that runs the caller: about 2 ns
// on a thread that called Lock, one gettid(2) elsewhere. A goroutine that is
// not locked may run on another thread a moment later.
func ID() uint32 {
	if g := self(); g != 0 {
		if e := table[slotOf(g)].Load(); e != nil && e.g == g {
			return e.id
		}
	}
	return ask()
}

// asked holds the ids that the kernel gave: at the place of an id that id, or that of
// another thread that came later.
var asked [slots]atomic.Uint32

func ask() uint32 {
	id := kernelID()
	if slot := &asked[id%slots]; slot.Load() != id {
		slot.Store(id)
	}
	return id
}

// Known returns the ids that Lock and ID have returned so far, appended to dst. Some of
// these threads may have ended. Where there were thousands, some are left out.
func Known(dst []uint32) []uint32 {
	for i := range asked {
		if id := asked[i].Load(); id != 0 {
			dst = append(dst, id)
		}
	}
	return dst
}

// Forget takes an id out of Known: its thread has ended.
func Forget(id uint32) { asked[id%slots].CompareAndSwap(id, 0) }
