//go:build unix && !linux

package litter

import "os"

// Nameless makes a file that no folder holds: it is gone with its last
// descriptor.
func Nameless(name string) (*os.File, error) { return unlinked(name) }
