//go:build amd64 || arm64

package thread

// self returns the address of the running goroutine's descriptor (its "g").
// The Go runtime keeps it in thread-local storage (amd64) or in a register
// (arm64) and never moves it. It is used as a name only, never followed.
func self() uintptr
