package grade

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"fdlab/lab/launch"
	"fdlab/lab/skip"
)

func TestAProgramThatTheRaceDetectorCannotBeBuiltForIsJudgedWithoutIt(t *testing.T) {
	t.Setenv("CC", "no-such-compiler")
	exam := mirror("right")
	exam.Races = true
	r := Run(context.Background(), root, "./lab/grade/testdata/hostile", exam)
	if r.Outcome != Passed || !strings.Contains(r.Note, "Not looked for: data races.") || !strings.Contains(r.Text(80), "C compiler") {
		t.Errorf("%s, with the note %q:\n%s", r.Outcome, r.Note, r.Text(80))
	}
}

// TestARaceIsToldThoughRecordsWereLost: a program that is slow with the detector can be ahead of a
// grader that has no processor. The detector's report needs no record.
func TestARaceIsToldThoughRecordsWereLost(t *testing.T) {
	of := lostBy
	defer func() { lostBy = of }()
	lostBy = func(*launch.Run) uint64 { return 3 }
	exam := mirror("races")
	exam.Races = true
	r := Run(context.Background(), root, "./lab/grade/testdata/hostile", exam)
	if strings.HasPrefix(r.Note, "Not looked for") {
		skip.Missing(t, "%s", r.Note)
	}
	if r.Told() != DataRace.ID {
		t.Errorf("%s %s\n%s", r.Outcome, r.Err, r.Text(100))
	}
}

// report is what the detector says of two stacks.
func report(later, earlier string) string {
	return "==================\nWARNING: DATA RACE\nWrite at 0x00c0000a41d0 by goroutine 12:\n" + later +
		"\nPrevious read at 0x00c0000a41d0 by main goroutine:\n" + earlier +
		"\nGoroutine 12 (running) created at:\n  main.start()\n      /somewhere/07-doorbell/main.go:99 +0x4f\n==================\n"
}

const (
	ofTheLab  = "  runtime.growslice()\n      /go/src/runtime/slice.go:178 +0x0\n  fdlab/lab/event.(*Base).Post()\n      /clone/lab/event/post.go:70 +0x1\n"
	inNotify  = ofTheLab + "  main.(*worker).notify()\n      /somewhere/07-doorbell/main.go:109 +0x9c\n  main.dispatch.func1()\n      /somewhere/07-doorbell/main.go:51 +0x1\n"
	inHelper  = "  main.take()\n      /somewhere/07-doorbell/queue.go:7 +0x9c\n"
	forgotten = "  [failed to restore the stack]\n"
)

func TestARaceIsToldByTheProgramsOwnLines(t *testing.T) {
	own := regexp.MustCompile(`(?m)^[\t ]+.*/07-doorbell/(\w+\.go:\d+)`)
	for _, c := range []struct{ report, want string }{
		{report(inNotify, inHelper), "main.go:109, in (*worker).notify, writes what queue.go:7, in take, reads in another goroutine, and nothing orders the two"},
		{report(inHelper, forgotten), "queue.go:7, in take, writes memory that another goroutine has touched (the detector no longer knows where), and nothing orders the two"},
		{report(ofTheLab, inNotify), ""}, // one of the two is not the program's
		{report(inNotify, ofTheLab), ""},
		{report(forgotten, forgotten), ""},
		{"FATAL: ThreadSanitizer: unexpected memory mapping\n", ""},
		{report(inNotify, inHelper)[:120], ""}, // the program died over it
		{"", ""},
	} {
		saw := ""
		if r := readRace(c.report, own); r != nil {
			saw = r.saw()
		}
		if saw != c.want {
			t.Errorf("of the report\n%s\nit says %q, not %q", c.report, saw, c.want)
		}
	}
}
