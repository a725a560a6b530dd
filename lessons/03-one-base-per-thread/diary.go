package main

import (
	"runtime"
	"strings"
	"sync"
	"time"

	"fdlab/lab/thread"
)

// diary is what a server did, in its order.
type diary struct {
	page  sync.Mutex
	lines []line
}

type line struct {
	did    deed
	client string
	thread uint32 // the OS thread's id
	loops  int    // calls of Dispatch or Loop on its stack
	at     time.Time
}

type deed int

const (
	accepted deed = iota
	called        // the read callback began
	answered      // it is about to write
	left          // the client's end of file was read
	refused       // the inner dispatch gave an error
)

func (d *diary) write(did deed, client string) {
	now := line{did, client, thread.ID(), loops(), time.Now()}
	d.page.Lock()
	defer d.page.Unlock()
	d.lines = append(d.lines, now)
}

// read returns what is in the diary so far.
func (d *diary) read() []line {
	d.page.Lock()
	defer d.page.Unlock()
	return d.lines[:len(d.lines):len(d.lines)]
}

// loops counts the loops on the caller's own stack.
func loops() (n int) {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs[:])])
	for more := true; more; {
		var f runtime.Frame
		if f, more = frames.Next(); strings.HasSuffix(f.Function, "event.(*Base).Loop") {
			n++
		}
	}
	return n
}
