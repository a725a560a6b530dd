//go:build !linux

package launch

import "syscall"

// childAttributes: there is no Pdeathsig here. If the instrument is killed,
// the control channel ends, and lab/control asks the experiment to stop.
func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// awaitEnd returns at once: the end is not known before the child is reaped.
func awaitEnd(int) (ended bool) { return false }

// keepOwnFDs: a kqueue(2) is not inherited.
func keepOwnFDs() {}
