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
	byClock int // of these in a row, as far as nothing in the records could have made it wait for the server
}

// countReasks leaves out what came before a record. Only an fd that was made non-blocking in the trace is known not to wait in
// read, a callback has waited in its loop, and a program that calls poll or the like itself leaves no record of that.
func countReasks(e *grade.Examiner, f *world.FD, since uint64) (n reasks) {
	wrote, refused := grade.LastCall(f, world.CallWrite), grade.Refused(f, world.CallRead)
	blocks := true
	e.Each(func(r *world.Entry) {
		switch {
		case r.Time < f.Opened:
		case r.FD == f.Number && r.Kind == trace.CallEnd && r.Text == "fcntl +O_NONBLOCK":
			blocks = false
		case r.FD == f.Number && r.Kind == trace.CallEnd && r.Text == "fcntl -O_NONBLOCK":
			blocks = true
		case wrote(r):
			n = reasks{}
		case r.Kind == trace.WaitEnd:
			n.byClock = 0
		case r.Seq <= since || !refused(r):
		default:
			n.all += r.Times()
			if !blocks && r.Inside.Number == 0 && !e.WaitsItself() {
				n.byClock += r.Times()
			}
		}
	})
	return n
}

// asksAgain looks whether the program has read so often since a record, and found nothing, with no wait for the server in between.
func asksAgain(e *grade.Examiner, f *world.FD, since uint64, most int) *grade.Finding {
	if countReasks(e, f, since).byClock < most {
		return nil
	}
	return grade.Find(asksForIt, fmt.Sprintf("after the bye, %d reads in a row of %s have found nothing (EAGAIN), and no wait for it is recorded in between",
		countReasks(e, f, 0).byClock, f.Name()), f).Decides(grade.Refused(f, world.CallRead))
}
