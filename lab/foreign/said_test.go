//go:build linux && (amd64 || arm64)

package foreign

import (
	"testing"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// TestWhatAProgramSays: its callbacks are what it says they are, and nothing is inferred in
// them. Another write to fd -1 says nothing, and errno is the program's own.
func TestWhatAProgramSays(t *testing.T) {
	p := launch(t, Options{Args: []string{compile(t, "said.c")}})
	const lines = 3
	for i := range lines {
		p.in.WriteString("a\n")
		p.until("the line is read, and it waits again", func() bool {
			return len(p.world.Bases) == 1 && p.world.Bases[0].Callbacks == i+1 && p.world.Bases[0].Phase == world.Waiting
		})
	}
	p.in.Close()
	if exit := p.wait(); exit.Code != 0 {
		t.Errorf("it ended with %+v: errno was changed", exit)
	}
	w := p.world
	if b := w.Bases[0]; b.Callbacks != lines+1 || b.Handled != 0 {
		t.Errorf("callbacks %d, handled %d; want %d, and nothing inferred", b.Callbacks, b.Handled, lines+1)
	}
	if begins, ends := p.count(trace.CallbackBegin, "read_cb"), p.count(trace.CallbackEnd, ""); begins != lines+1 || ends != begins {
		t.Errorf("%d callbacks of read_cb began and %d ended; want %d", begins, ends, lines+1)
	}
	if step, n := w.Step(); n != 1 || step.Text != "first" || w.Of != 2 {
		t.Errorf("step %d of %d: %q; want 1 of 2, first", n, w.Of, step.Text)
	}
	if len(w.Measures) != 1 || w.Measures[0].Value != 1 {
		t.Errorf("measures: %+v; want one, of 1", w.Measures)
	}
	if f := w.FDOnce(0); f == nil || f.Label != "lines" || f.Untaken.Most > 1 {
		t.Errorf("fd 0 is %+v; want the name lines, and nothing left untaken", f)
	}
	for i := range p.records {
		if r := &p.records[i]; r.Kind == trace.CallEnd && r.FD == trace.NoFD {
			t.Errorf("a call on no fd: %q", p.reader.String(r.Str))
		}
	}
}
