// Package libevent puts the lessons' programs on real libevent beside ours: where the C
// program of a lesson is, how it is built, and whether a run of it answers what our run
// answers.
//
// What it knows: which facts of a run a lesson turns on, and how they are read from the
// records of either program.
//
// What it must never know: how a program is traced (lab/foreign), how it is started, any
// drawing.
//
// A fact rests on the program's calls, which were measured in both runs, and on its
// callbacks: those of our loop, and those that the C program says it is in. Time is no
// fact here: tracing slows the C program.
package libevent
