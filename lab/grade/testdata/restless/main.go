// Waits in a read, while a second thread, which has used an fd, wakes again and again for a
// moment. A thread of Go's does so that takes notes for the trace; on a busy machine it is found
// awake at any time.
package main

import (
	"runtime"
	"time"

	"fdlab/lab/sys"
)

func main() {
	r, w, err := sys.Pipe("pipe")
	if err != nil {
		panic(err)
	}
	go func() {
		runtime.LockOSThread()
		sys.Write(w, []byte("x"))
		for {
			time.Sleep(10 * time.Millisecond)
			for began := time.Now(); time.Since(began) < 1500*time.Microsecond; {
			}
		}
	}()
	var buf [1]byte
	for {
		sys.Read(r, buf[:])
	}
}
