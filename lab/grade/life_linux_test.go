package grade

import (
	"context"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestATracersCostIsNotTheProgramsOwn: strace makes a program that waits use a quarter of a processor.
func TestATracersCostIsNotTheProgramsOwn(t *testing.T) {
	var untraced, traced *Finding
	exam := &Exam{Exercise: "00-restless", Checks: []string{"it rests"}, Play: func(e *Examiner) {
		e.Start()
		e.Check("it rests")
		e.Calm("it waits in a read")
		s := &silence{began: time.Now(), had: -time.Minute} // as if it had used so much since then
		untraced = s.spins(e)
		runtime.LockOSThread() // a tracer is a thread
		defer runtime.UnlockOSThread()
		if err := unix.PtraceSeize(e.run.Pid()); err != nil {
			t.Error(err)
			return
		}
		traced = s.spins(e)
	}}
	Run(context.Background(), root, "./lab/grade/testdata/restless", exam)
	if untraced == nil {
		t.Error("it has used a minute in a moment, and does not spin")
	}
	if traced != nil {
		t.Errorf("it is traced, and blamed: %s", traced.Saw)
	}
}
