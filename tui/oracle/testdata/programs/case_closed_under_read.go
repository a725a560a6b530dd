package main

import (
	"runtime"
	"time"

	"fdlab/lab/sys"
	"fdlab/lab/trace"
)

// A thread is blocked in read; another closes the fd, and its number comes back
// as another file. The thread stays blocked on what was.
func init() {
	cases["closed-under-read"] = func() {
		r, w, err := sys.Pipe("first")
		must(err)
		go func() {
			runtime.LockOSThread()
			rec := trace.Process()
			rec.Put(&trace.Record{Kind: trace.ThreadBegin, FD: trace.NoFD, Str: rec.String("reader")})
			var p [8]byte
			sys.Read(r, p[:])
		}()
		time.Sleep(500 * time.Millisecond)
		sys.Close(r)
		time.Sleep(500 * time.Millisecond)
		again, other, err := sys.Pipe("second")
		must(err)
		sys.Write(other, []byte("for the second"))
		_, _ = again, w
		time.Sleep(3 * time.Second)
		sys.Write(w, []byte("end"))
	}
}
