// Command oracle compares the stage with the kernel. It runs the lessons, the
// solutions, some cases and random programs as the instrument does, and at many
// moments asks the kernel itself (/proc, poll(2), FIONREAD) about each thread and
// each fd. A word on the stage that the kernel contradicts is printed, with the
// frame:
//
//	go run ./tui/oracle -for 1h
//	go run ./tui/oracle -only "random 42" -frames
//
// It knows what the stage says (tui/stage) and what the kernel says. It must never
// take the trace for a fact: what the kernel is asked does not come from the
// program that is watched. docs/oracle.md says what is compared, and what cannot
// be seen.
package main
