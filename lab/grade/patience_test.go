package grade

import (
	"context"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/skip"
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
		var last time.Time
		e.Await("the kernel takes what c sends", func() bool {
			if time.Since(last) < 50*time.Millisecond { // it has room for some thousand such pieces, and no more
				return false
			}
			last = time.Now()
			if _, err := c.offer("x"); err != nil {
				e.Cannot("c cannot send: %v", err)
			}
			came = time.Since(began) > 2*settled
			return came
		})
	}}
	if r := Run(context.Background(), root, "./lab/grade/testdata/echo", exam); !came {
		t.Errorf("%s %s\n%s", r.Outcome, r.Err, r.Text(100))
	}
}

// TestAProgramThatGetsNoProcessorIsNotJudged: one that is stopped neither sleeps nor runs, as one
// that waits for a processor. The kernel's count tells the two apart.
func TestAProgramThatGetsNoProcessorIsNotJudged(t *testing.T) {
	if lacked(os.Getpid()) == 0 && busy(os.Getpid()) == nil {
		skip.Missing(t, "this kernel does not count how long threads wait for a processor")
	}
	long := limit
	defer func() { limit, lackedBy = long, lacked }()
	exam := &Exam{Exercise: "00-stopped", Checks: []string{"it goes on"}, Play: func(e *Examiner) {
		limit = long
		f := e.FIFO("in")
		e.Start("right", f.Path)
		e.Check("it goes on")
		f.Opened()
		unix.Kill(e.run.Pid(), unix.SIGSTOP)
		limit = 300 * time.Millisecond
		e.Await("the program goes on", func() bool { return false })
	}}
	if r := Run(context.Background(), root, "./lab/grade/testdata/hostile", exam); r.Outcome != Failed {
		t.Errorf("it waits for no processor, and was %s: %s", r.Outcome, r.Err)
	}
	lackedBy = func(int) time.Duration { return time.Duration(time.Now().UnixNano()) }
	if r := Run(context.Background(), root, "./lab/grade/testdata/hostile", exam); r.Outcome != NotJudged || !strings.Contains(r.Err, "too busy") {
		t.Errorf("it waits for a processor all the time, and was %s: %s", r.Outcome, r.Text(100))
	}
}

// TestAThreadThatWakesForAMomentIsAtRest: a program that waits for its client is not failed because
// another of its threads is found awake now and then.
func TestAThreadThatWakesForAMomentIsAtRest(t *testing.T) {
	calm := false
	exam := &Exam{Exercise: "00-restless", Checks: []string{"it rests"}, Play: func(e *Examiner) {
		e.Start()
		e.Check("it rests")
		e.Calm("it waits in a read")
		calm = true
	}}
	if r := Run(context.Background(), root, "./lab/grade/testdata/restless", exam); !calm {
		t.Errorf("%s %s\n%s", r.Outcome, r.Err, r.Text(100))
	}
}
