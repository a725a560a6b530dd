package exams

import (
	"fmt"
	"slices"

	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// On which threads and by which bases connections are served, by the records.

// watchedTwice returns a connection to which events were added on two bases, or nil.
func watchedTwice(e *grade.Examiner) (twice *world.FD) {
	base := map[int32]uint16{}
	e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.Open:
			delete(base, r.FD)
		case r.Kind != trace.Add || r.FD < 0:
		case base[r.FD] != 0 && base[r.FD] != r.Base:
			twice = e.World().FDByNumber(r.FD)
		default:
			base[r.FD] = r.Base
		}
	})
	return twice
}

// threadOf returns the thread that serves a connection, and requires that it is
// a worker's.
func threadOf(e *grade.Examiner, c *grade.Client, expected string) uint32 {
	f := c.FD()
	e.Require(!readBy(e, f, acceptor(e)), expected, acceptorServes,
		fmt.Sprintf("client %s was read on thread %d, the one that accepts", c.Name, acceptor(e)), f)
	e.Require(f.Callbacks > 0 || !readInPost(e, f), "a connection is read in its worker's callbacks", readsUnasked,
		fmt.Sprintf("client %s was read in a posted function, before the loop had said that there is something to read", c.Name), f)
	e.Require(f.Callbacks > 0, expected, goroutineEach,
		fmt.Sprintf("client %s is read without any callback: no loop watches it", c.Name), f)
	threads := slices.Sorted(slices.Values(f.Threads))
	e.Require(len(threads) == 1, expected, anyWorker,
		fmt.Sprintf("client %s was read, or its callbacks were called, on %d threads: %d", c.Name, len(threads), threads), f)
	for _, thread := range writersTo(e, f) {
		if thread != threads[0] {
			e.RuleOut(expected, grade.Find(answeredElsewhere, fmt.Sprintf("client %s is read on thread %d, and was answered on thread %d", c.Name, threads[0], thread), f).
				Decides(grade.LastCall(f, world.CallWrite)))
		}
	}
	n := lateBases(e)
	e.Require(n <= 2, expected, baseEach, fmt.Sprintf("%d bases were made after the first client had come", n), f)
	return threads[0]
}

// inTurn requires that the clients, in the order in which they came, are
// served by one worker, the other, and so on.
func inTurn(e *grade.Examiner, clients []*grade.Client) {
	const expected = "the workers take turns: a and b, c and d, and so on; each connection stays where it is"
	for i, c := range clients {
		first := clients[i%2]
		got, due := threadOf(e, c, expected), threadOf(e, first, expected)
		e.Require(got == due, expected, notInTurn,
			fmt.Sprintf("client %s is served on thread %d; it was the turn of %d, as it was for %s", c.Name, got, due, first.Name),
			first.FD(), c.FD())
	}
}

// acceptor returns the thread that accepted the last connection.
func acceptor(e *grade.Examiner) (thread uint32) {
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallEnd && r.Call == world.CallAccept {
			thread = r.Thread
		}
	})
	return thread
}

// writersTo returns the threads that have written to the fd.
func writersTo(e *grade.Examiner, f *world.FD) (threads []uint32) {
	e.Each(func(r *world.Entry) {
		its := isOn(r, f)
		if its && r.Kind == trace.CallEnd && r.Call == world.CallWrite && !slices.Contains(threads, r.Thread) {
			threads = append(threads, r.Thread)
		}
	})
	return threads
}

// readInPost reports whether the fd was read in a posted function.
func readInPost(e *grade.Examiner, f *world.FD) (yes bool) {
	e.Each(func(r *world.Entry) {
		yes = yes || r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == f.Number && r.Time >= f.Opened && r.Inside.Posted()
	})
	return yes
}
