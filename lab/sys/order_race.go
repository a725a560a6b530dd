//go:build race

package sys

import (
	"runtime"
	"unsafe"
)

// The race detector must see that an end of file comes after the close that it is the end
// of, as it sees that bytes are read after they are written (package unix tells it that).
var closings byte

// closes is called before an fd is closed or shut down.
func closes() { runtime.RaceReleaseMerge(unsafe.Pointer(&closings)) }

// ends is called after a read of 0.
func ends() { runtime.RaceAcquire(unsafe.Pointer(&closings)) }
