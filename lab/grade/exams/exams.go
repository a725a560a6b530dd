// Package exams holds the exam of each exercise, in files that begin with its number: the world's
// script and the checks; where it is long, the misconceptions that only this exercise can show, and what is
// looked for, in files of their own. A new exercise adds a file, and its exam to All.
package exams

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/grade"
	"fdlab/lab/launch"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// All are the exams, by the number of their exercise.
var All = []*grade.Exam{
	warmUp,
	twoPipes,
	fifo,
	oneShot,
	idleTimeout,
	edge,
	roundRobin,
	doorbell,
	eventfdBell,
	ownEvent,
	restart,
	leaveTimeWait,
	echo,
	gracefulStop,
}

// ByName returns the exam of the exercise with that folder name, or nil.
func ByName(exercise string) *grade.Exam {
	for _, e := range All {
		if e.Exercise == exercise {
			return e
		}
	}
	return nil
}

// refusedOutside looks whether the program has logged that another thread was not allowed to use a
// base: its own words say more than the trace, in which nothing has happened.
func refusedOutside(e *grade.Examiner) *grade.Finding {
	for line := range strings.Lines(e.Logged()) {
		if strings.Contains(line, event.ErrOtherThread.Error()) {
			return grade.Find(addedFromOutside, "the program has logged: "+launch.Quote([]byte(strings.TrimSpace(line))))
		}
	}
	return nil
}

// fdOf returns the fd that a record is about, or nil: a number may have been that of several.
func fdOf(e *grade.Examiner, r *world.Entry) *world.FD {
	return e.FD(func(f *world.FD) bool { return isOn(r, f) })
}

// isOn reports whether a record is about the fd, and not about another one that has its number.
func isOn(r *world.Entry, f *world.FD) bool {
	return r.FD == f.Number && r.Time >= f.Opened && (f.Closed == 0 || r.Time <= f.Closed)
}

// isClient reports whether an fd is the server's end of a client's connection.
func isClient(f *world.FD) bool { return strings.HasPrefix(f.What, "TCP from ") }

// shutBefore looks whether a write to a client has failed because the program itself had ended this direction.
func shutBefore(e *grade.Examiner, c *grade.Client) *grade.Finding {
	f, shut := c.FD(), false
	var failed *world.Entry
	e.Each(func(r *world.Entry) {
		switch {
		case f == nil || r.Kind != trace.CallEnd || !isOn(r, f):
		case r.Call == world.CallShutdown:
			shut = true
		case shut && r.Call == world.CallWrite && r.B == int64(unix.EPIPE) && failed == nil:
			failed = r
		}
	})
	if failed == nil {
		return nil
	}
	return grade.Find(shutTooEarly, fmt.Sprintf("the program has called shutdown on %s, and a write to it has failed then; %d bytes are owed to client %s",
		f.Name(), c.Owed(), c.Name), f).Decides(grade.LastCall(f, world.CallShutdown), grade.Numbered(failed.Seq))
}

var shutTooEarly = &grade.Misconception{
	ID:     "shut-too-early",
	Belief: "First I say that I am done, and then I send the rest.",
	Guess:  true,
	Truth: "shutdown(SHUT_WR), or SHUT_RDWR, says that nothing more will be sent, and the kernel sees to that: the other end gets its end of file at once, and " +
		"each write after it gives EPIPE. Send all that is owed first. After that a close is enough.",
	Lesson: "05-time-wait", Section: "explain",
}

var ownWait = &grade.Misconception{
	ID:     "own-wait",
	Belief: "A poll of my own does what the loop does.",
	Truth: "For one fd it comes near. Here the loop of the lab is to wait: it knows all fds that somebody waits for, and until when, " +
		"and calls the callback that belongs to each. Give it an event on the FIFO, and what is to be done as its callback.",
	Lesson: "01-select-vs-blocking-io", Section: "explain",
}

// suspects are looks that the grader takes first when the program goes wrong.
func suspects(e *grade.Examiner, all ...func(*grade.Examiner) *grade.Finding) {
	var looks []grade.Look
	for _, look := range all {
		looks = append(looks, func() *grade.Finding { return look(e) })
	}
	e.Suspects(looks...)
}
