package grade

import "syscall"

// Signal sends the program a signal, as Ctrl-C does with SIGINT.
func (e *Examiner) Signal(s syscall.Signal) { e.run.Signal(s) }
