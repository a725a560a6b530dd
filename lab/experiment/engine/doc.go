// Package engine compares ways to read two sources: engines. Each engine gets
// sources of its own, the same script happens to all of them at the same time,
// and for every message it is known when it was said and when it was read.
//
// The package knows sources, scripts and the order of what was said and read.
// It does not know what an engine does, nor what follows from the comparison:
// that is lesson 01, which calls it.
package engine
