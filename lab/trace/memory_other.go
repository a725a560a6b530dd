//go:build unix && !linux

package trace

import "os"

// seal does nothing: there are no seals here.
func seal(*os.File) error { return nil }
