package grade

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"
)

// echo is an exam of a server that gets a slow client, one that resets and one
// that does not read.
func echo(fault string) *Exam {
	return &Exam{
		Exercise: "00-echo",
		Checks:   []string{"it echoes", "it outlives a reset", "it ends"},
		Play: func(e *Examiner) {
			port := e.Port()
			e.Start("3", strconv.Itoa(port), fault)
			e.Check("it echoes")
			a, b, c := e.Dial("a", port), e.Dial("b", port), e.Dial("c", port)
			b.Due("b first\n")
			b.Say("b first\n")
			b.Answered("b speaks first, and hears itself")
			a.Due("slow\n")
			a.Trickle("slow\n")
			a.Answered("a speaks byte by byte, and hears itself")
			c.Deaf(true)
			flood := strings.Repeat("c", 8<<20) // more than two sockets hold; what is lost of it is missing at the end
			c.Due(flood)
			c.Say(flood)
			c.Taken()
			a.Due("and a?\n")
			a.Say("and a?\n")
			a.Answered("c does not read, and a hears itself all the same")
			c.Deaf(false)
			c.Answered("c reads again, and hears all of it")

			e.Check("it outlives a reset")
			b.Reset()
			a.Due("still here\n")
			a.Say("still here\n")
			a.Answered("b resets, and a still hears itself")
			e.OneThread("one thread serves all", a.FD(), b.FD(), c.FD())
			e.Calm("it sleeps")

			e.Check("it ends")
			a.End()
			a.Dropped("a has ended, and the server closes its end")
			c.End()
			e.Ends("all have left, and the server ends", NoEventsLeft)
		},
	}
}

func TestClientsAreWorldEnough(t *testing.T) {
	for _, c := range []struct {
		fault string
		told  *Misconception
	}{
		{"", nil},
		{"deaf", NotWatched},
		{"forgets", Unanswered}, // what a partial write leaves is thrown away
	} {
		t.Run("fault "+c.fault, func(t *testing.T) {
			t.Parallel()
			r := Run(context.Background(), root, "./lab/grade/testdata/echo", echo(c.fault))
			switch {
			case c.told == nil && r.Outcome != Passed:
				t.Errorf("%s %s\n%s", r.Outcome, r.Err, r.Text(100))
			case c.told != nil && (r.Outcome != Failed || r.Feedback.Misconception != c.told.ID):
				t.Errorf("want %s: %s %s\n%s", c.told.ID, r.Outcome, r.Err, r.Text(100))
			}
		})
	}
}

// TestOverfillEndsOnASlowMachine: that the program has had enough is no sign that
// it is stuck, however long each look at it takes.
func TestOverfillEndsOnASlowMachine(t *testing.T) {
	defer func(d time.Duration) { offering = d }(offering)
	offering = 30 * time.Millisecond
	exam := &Exam{Exercise: "00-overfill", Checks: []string{"it keeps what is left"}, Play: func(e *Examiner) {
		port := e.Port()
		e.Start("1", strconv.Itoa(port), "pauses")
		e.Check("it keeps what is left")
		c := e.Dial("c", port)
		c.Deaf(true)
		if _, held := c.Overfill(strings.Repeat("0123456789abcdef", 1<<20), 16<<20, 0); held == 0 {
			e.Cannot("the kernel has taken 16 MiB")
		}
		c.Deaf(false)
		c.Answered("c reads again, and hears all that it said")
		c.End()
		e.Ends("c has left, and the server ends", NoEventsLeft)
	}}
	if r := Run(context.Background(), root, "./lab/grade/testdata/echo", exam); r.Outcome != Passed {
		t.Errorf("%s %s\n%s", r.Outcome, r.Err, r.Text(100))
	}
}
