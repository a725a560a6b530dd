package experiment

import "time"

// Await blocks until ok says yes, and returns true; false when that takes
// longer than limit. It looks every millisecond. Held time does not count. If
// the experiment should end it does not return (X.Fail): it is for the
// goroutine of Lesson.Run.
func (x *X) Await(limit time.Duration, ok func() bool) bool {
	end := x.now() + limit
	for !ok() {
		if x.now() > end {
			return false
		}
		if !x.Sleep(time.Millisecond) {
			x.Fail(ErrStopped)
		}
	}
	return true
}

// Watchable sleeps for d so that a person can see what has happened. It is
// skipped with -nowait: nothing that is judged may rest on it. Like Await, it
// does not return if the experiment should end.
func (x *X) Watchable(d time.Duration) {
	if x.NoWait() {
		d = 0
	}
	if !x.Sleep(d) {
		x.Fail(ErrStopped)
	}
}

// FollowAnd is Follow for a lesson whose keys start things anew: what a poke
// must not do itself, because it may block or fail, it sends as a job. Jobs run
// one after the other on the goroutine of Lesson.Play.
func (x *X) FollowAnd(jobs <-chan func()) {
	x.follow()
	for {
		select {
		case <-x.Stopped():
			return
		case do := <-jobs:
			do()
		}
	}
}

// Rows prints cells in columns: the first to the left, the others to the
// right. The first row holds the headings; all rows have its length.
func (x *X) Rows(rows [][]string) { x.account.line("\n%s", grid(rows)) }
