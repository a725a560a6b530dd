// Package foreign puts any Linux program into the trace: one that knows nothing of
// fdlab, in whatever language. It follows the program's threads by ptrace(2), and
// writes the ordinary records of package trace, with the program's thread ids: its
// calls on file descriptors and their results, which sets of fds its loops wait for, and
// which of these are reported ready; and beside them what the kernel says of each fd.
//
// What it knows: ptrace and seccomp, how Linux's calls on fds look in registers and
// memory, which fds and epoll sets a process has, the symbols of a program file,
// and which calls of its functions are in progress.
//
// What it must never know: what records add up to (lab/world), any drawing, any key,
// libevent or another library by name. It reads from the program and never writes
// into it, with one exception: a wait that attaching or detaching has interrupted is
// restarted.
//
// Who calls it: the instrument starts itself once more as a *tracer child* through
// lab/launch (Child), which inherits the ring and the control socket as a lesson does;
// and tui records a program without a terminal (Launch).
//
// Three processes, then:
//
//	the instrument  <~~ ring ~~  the tracer child  --ptrace-->  the program
//	                -- control ->
//
// What is measured and what is inferred. A call, its result and its time at the stop
// are measured, and so is the kernel's word on an fd (lab/kernel, on a copy of the fd:
// pidfd_getfd(2)). Inferred is the handling of an fd (trace.Handling): no callback of a
// foreign program can be seen. And the kernel is looked at in between, not all the
// time: how long an fd was ready and unseen is a lower bound.
//
// One thread makes all ptrace calls: the kernel knows a tracer by its thread.
package foreign
