package world

import (
	"testing"

	"fdlab/lab/trace"
)

// family is a run of three processes: 100 is the program, 200 and 300 are its children. Each
// has an fd 3 of its own; thread 201 is of 200.
func family() *script {
	s := &script{}
	add := func(thread uint32, k trace.Kind, fd int32, text string, r trace.Record) {
		s.add(k, fd, text, r)
		s.records[len(s.records)-1].Thread = thread
	}
	add(100, trace.ProcessOf, trace.NoFD, "sh", trace.Record{A: 100})
	add(100, trace.Open, 3, "pipe (read end)", trace.Record{})
	add(200, trace.ProcessOf, trace.NoFD, "sh", trace.Record{A: 200, B: 100})
	add(200, trace.Open, 3, "TCP socket", trace.Record{})
	add(201, trace.ProcessOf, trace.NoFD, "nginx", trace.Record{A: 200, B: 100})
	add(201, trace.CallEnd, 3, "read", trace.Record{A: 7})
	add(100, trace.CallEnd, 3, "read", trace.Record{A: 1})
	add(300, trace.ProcessOf, trace.NoFD, "sh", trace.Record{A: 300, B: 200})
	add(300, trace.Close, 3, "", trace.Record{})
	add(200, trace.ProcessOf, trace.NoFD, "nginx", trace.Record{A: 200, B: 100})
	add(200, trace.ThreadEnd, trace.NoFD, "", trace.Record{})
	add(100, trace.CallEnd, 3, "read", trace.Record{A: 2})
	return s
}

// TestProcessesAreKeptApart: a record of one changes nothing of another, at the live edge and
// in the past, and none is lost.
func TestProcessesAreKeptApart(t *testing.T) {
	s := family()
	run := NewRun(s)
	run.Apply(s.records)
	first, second := run.OfProcess(100), run.OfProcess(200)
	if first != run || second == nil || run.OfProcess(300) == nil || run.OfProcess(400) != nil {
		t.Fatalf("the runs of 100, 200, 300, 400 are %p, %p, %p, %p", first, second, run.OfProcess(300), run.OfProcess(400))
	}
	if f := first.Live.FDByNumber(3); f == nil || f.What != "pipe (read end)" || f.BytesIn != 3 {
		t.Errorf("fd 3 of the program is %+v, want a pipe from which 3 bytes were read", f)
	}
	if f := second.Live.FDByNumber(3); f == nil || f.What != "TCP socket" || f.BytesIn != 7 {
		t.Errorf("fd 3 of process 200 is %+v, want a socket from which 7 bytes were read", f)
	}
	if p := second.Live.Process(); p == nil || p.ID != 200 || p.Parent != 100 || p.Name != "nginx" || p.Ended == 0 {
		t.Errorf("process 200 is %+v; want nginx, of 100, and ended", p)
	}
	if p := first.Live.Processes; len(p) != 3 || p[0].Records != 3 || p[1].Records != 3 || p[2].Records != 1 {
		t.Errorf("the processes are %+v; want 3, with 3, 3 and 1 records", p)
	}
	at := s.records[5].Time // thread 201 has read
	if f := second.At(at).FDByNumber(3); f == nil || f.BytesIn != 7 {
		t.Errorf("then fd 3 of process 200 was %+v, want 7 bytes read", f)
	}
	if f := first.At(at).FDByNumber(3); f == nil || f.BytesIn != 0 || f.What != "pipe (read end)" {
		t.Errorf("then fd 3 of the program was %+v, want the pipe, not read", f)
	}
	if next, ok := second.Next(at); ok {
		t.Errorf("process 200 has an event at %d, which is another's", next)
	}
	if next, ok := first.Next(at); !ok || next != s.records[6].Time {
		t.Errorf("the program's next event is at %d, want %d", next, s.records[6].Time)
	}
	kept := 0
	for _, piece := range second.Records() {
		kept += len(piece)
	}
	if kept != len(s.records) {
		t.Errorf("%d of %d records are kept", kept, len(s.records))
	}
}

// TestAProcessIsShownFromAnyChapter: the worlds of all processes stand at the beginning of
// each stretch of the past.
func TestAProcessIsShownFromAnyChapter(t *testing.T) {
	s := family()
	last := s.records[:len(s.records)-2] // process 200 goes on
	run := NewRun(s)
	run.Apply(last)
	now := last[len(last)-1].Time
	for i := range 3 * chapterRecords {
		r := trace.Record{Kind: trace.CallEnd, FD: 3, Time: now + int64(i) + 1, Thread: 201, Str: s.str("read"), A: 1}
		if i%2 == 0 {
			r.Thread = 100
		}
		run.Apply([]trace.Record{r})
	}
	for _, i := range []int{1, chapterRecords, 2*chapterRecords + 11} {
		at := now + int64(i)
		if got, want := run.OfProcess(200).At(at).FDByNumber(3).BytesIn, int64(7+i/2); got != want {
			t.Errorf("after %d records process 200 had read %d bytes, want %d", i, got, want)
		}
	}
}

// TestTheProcessesAreBounded: a shell makes thousands. Those go that ended first; one that
// lives stays, and so does the program.
func TestTheProcessesAreBounded(t *testing.T) {
	s := &script{}
	run := NewRun(s)
	add := func(k trace.Kind, thread uint32, a int64) {
		run.Apply([]trace.Record{{Kind: k, FD: trace.NoFD, Thread: thread, Time: run.Live.Time + 1, A: a}})
	}
	add(trace.ProcessOf, 100, 100)
	add(trace.ProcessOf, 101, 101) // lives
	for id := uint32(1000); id < 1000+10*mostProcesses; id++ {
		add(trace.ProcessOf, id, int64(id))
		add(trace.ThreadEnd, id, 0)
	}
	w := run.Live
	if len(w.Processes) != mostProcesses || len(run.others) != mostProcesses-1 {
		t.Errorf("%d processes and %d runs beside the first, want %d and %d", len(w.Processes), len(run.others), mostProcesses, mostProcesses-1)
	}
	if run.OfProcess(100) != run || run.OfProcess(101) == nil || w.Dropped.Processes == 0 {
		t.Errorf("the program or its child that lives is gone, or nothing is counted as dropped: %+v", w.Dropped)
	}
	if len(w.strangers) != 1 {
		t.Errorf("%d threads are remembered, want the one that lives", len(w.strangers))
	}
}

// TestARecordOfAnotherProcessHasAnEntry, that says nothing: whoever asks for it must not fall.
func TestARecordOfAnotherProcessHasAnEntry(t *testing.T) {
	s := family()
	w := New(s)
	for i := range s.records {
		mine := w.Apply(&s.records[i])
		if e := w.Entry(&s.records[i]); !mine && e.Inside.Number != 0 {
			t.Errorf("%v of another process is inside %+v", e.Kind, e.Inside)
		}
	}
}
