//go:build !linux

package launch

import "syscall"

// stoppedBy: there is no waitid(2) for it here.
func stoppedBy(int) syscall.Signal { return 0 }
