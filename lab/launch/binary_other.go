//go:build !linux

package launch

import (
	"fmt"
	"os"
)

// A program without a name cannot be executed here: there is no /proc/PID/fd
// to name it by. It lies in a temporary folder until Remove; if the instrument
// is killed with SIGKILL, the folder stays until the next start (Sweep).
func (b *Binary) place() error { return b.placeInFolder() }

func (b *Binary) keep() error {
	file, err := os.Open(b.path)
	if err != nil {
		return fmt.Errorf("the new program is gone: %w", err)
	}
	defer file.Close()
	return b.program(file)
}

// procSelf: there is no such name here.
func procSelf() string { return "" }
