package exams

import (
	"fmt"

	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

const (
	mostTries = 10 // reads in a row that may find nothing before a program sleeps
	mostWoken = 2  // and reads that may find nothing when it has slept: one of them may be recorded late
)

// reasks is how often a program has read since its last write to the fd, and found nothing (EAGAIN).
type reasks struct {
	all     int // however it waits in between
	byClock int // of these in a row, as far as no wait of a loop or of poll has led to them
}

// countReasks leaves out what came before a record. A callback has waited in its loop, and a program that calls poll or the like
// itself leaves no record of that. (An fd that blocks gives EAGAIN, too, when the time is over that SO_RCVTIMEO gives a read.)
func countReasks(e *grade.Examiner, f *world.FD, since uint64) (n reasks) {
	wrote, refused := grade.LastCall(f, world.CallWrite), grade.Refused(f, world.CallRead)
	e.Each(func(r *world.Entry) {
		switch {
		case r.Time < f.Opened:
		case wrote(r):
			n = reasks{}
		case r.Kind == trace.WaitEnd:
			n.byClock = 0
		case r.Seq <= since || !refused(r):
		default:
			n.all += r.Times()
			if r.Inside.Number == 0 && !e.WaitsItself() {
				n.byClock += r.Times()
			}
		}
	})
	return n
}

// asksAgain looks whether the program has read so often since a record, and found nothing, with no wait of a loop or of poll in between.
func asksAgain(e *grade.Examiner, f *world.FD, since uint64, most int) *grade.Finding {
	if countReasks(e, f, since).byClock < most {
		return nil
	}
	return grade.Find(asksForIt, fmt.Sprintf("%d reads in a row of %s have found nothing (EAGAIN), with no wait of a loop or of poll in between",
		countReasks(e, f, 0).byClock, f.Name()), f).Decides(grade.Refused(f, world.CallRead))
}
