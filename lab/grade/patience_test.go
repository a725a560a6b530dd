package grade

import (
	"context"
	"strconv"
	"testing"
	"time"
)

// TestAClientThatIsHeardByTheKernelIsASignOfLife: the kernel takes what a client sends, a
// little at a time, and the program need not do anything for that. Who waits for the end
// of it once gave up after a moment in which the program had made no record.
func TestAClientThatIsHeardByTheKernelIsASignOfLife(t *testing.T) {
	came := false
	exam := &Exam{Exercise: "00-slow", Checks: []string{"it waits"}, Play: func(e *Examiner) {
		port := e.Port()
		e.Start("1", strconv.Itoa(port), "deaf") // nobody accepts
		e.Check("it waits")
		c := e.Dial("c", port)
		began := time.Now()
		e.Await("the kernel takes what c sends", func() bool {
			n, err := c.offer("x")
			if n == 0 || err != nil {
				e.Cannot("the kernel takes no more: %v", err)
			}
			came = time.Since(began) > 2*settled
			return came
		})
	}}
	if r := Run(context.Background(), root, "./lab/grade/testdata/echo", exam); !came {
		t.Errorf("%s %s\n%s", r.Outcome, r.Err, r.Text(100))
	}
}
