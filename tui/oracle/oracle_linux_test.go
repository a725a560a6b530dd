package main

import (
	"context"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"fdlab/lab/launch"
	"fdlab/lab/trace"
)

// TestTheStageAgainstTheKernel runs three cases and two random programs; with
// FDLAB_ORACLE=whole everything, for two minutes. `go run ./tui/oracle -for 1h` goes
// on for longer.
func TestTheStageAgainstTheKernel(t *testing.T) {
	whole := os.Getenv("FDLAB_ORACLE") == "whole"
	root, err := launch.FindRoot("")
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	o := &Oracle{Root: root, Rand: rand.New(rand.NewPCG(seed, 1)), Found: func(c Contradiction) {
		t.Errorf("%v\n%s", c, c.Frame)
	}}
	defer o.Close()
	all, err := Programs(root)
	if err != nil {
		t.Fatal(err)
	}
	// A case first, then a lesson, a solution, a random program: where time runs
	// out, some of each kind have been seen.
	limit, end := 3*time.Second, time.Now().Add(2*time.Minute)
	if !whole {
		limit, all = 2*time.Second, all[:3]
	}
	all = append(all, random(o.Rand.Uint64N(1e9)), random(o.Rand.Uint64N(1e9)))
	run := func(p Program) {
		limit := limit
		if p.whole {
			limit *= 3
		}
		if err := o.Watch(context.Background(), p, limit); err != nil {
			t.Error(err)
		}
	}
	for _, p := range all { // the cases are short, and each is there for something
		if strings.HasPrefix(p.Name, "case ") || strings.HasPrefix(p.Name, "random ") {
			run(p)
		}
	}
	rest := o.Rand.Perm(len(all))
	for _, i := range rest {
		p := all[i]
		if strings.HasPrefix(p.Name, "case ") || strings.HasPrefix(p.Name, "random ") {
			continue
		}
		if time.Now().After(end) {
			t.Logf("no time left for %s", p.Name)
			continue
		}
		run(p)
	}
	t.Logf("%d words in %d samples that count", o.Words, o.Samples)
	if o.Samples == 0 {
		t.Error("no sample counts: nothing was compared")
	}
}

// TestALieIsFound changes the records of a program that stands still on their way
// to the stage, so that the stage says what is not so: the oracle must find it.
func TestALieIsFound(t *testing.T) {
	root, err := launch.FindRoot("")
	if err != nil {
		t.Fatal(err)
	}
	o := &Oracle{Root: root}
	defer o.Close()
	oneMore := func(r *trace.Record) bool {
		if r.Kind == trace.Kernel && r.B > 0 {
			r.B++
		}
		return true
	}
	noWish := func(r *trace.Record) bool { return r.Kind != trace.Add }
	lies := []struct {
		name string
		rule string
		keep func(*trace.Record) bool // may change it, too
	}{
		{"the kernel's word is lost", "empty", func(r *trace.Record) bool { return r.Kind != trace.Kernel }},
		{"one byte too many", "bytes", oneMore},
		{"one byte too many, beside its lane", "beside bytes", oneMore},
		{"the blocking call is not shown", "not shown", func(r *trace.Record) bool { return r.Kind != trace.CallBegin }},
		{"neither the wait nor the sleep is shown", "lane runs", func(r *trace.Record) bool {
			return r.Kind != trace.WaitBegin && (r.Kind != trace.Sleep || r.A == 0)
		}},
		{"the wish is not shown", "watched", noWish},
		{"nor beside its lane", "beside watched", noWish},
	}
	for _, lie := range lies {
		t.Run(lie.name, func(t *testing.T) {
			rules := map[string]bool{}
			w := newWatch("quiet", false, func(c Contradiction) { rules[c.Rule] = true })
			o.quiet(t, w, lie.keep, func() bool { return rules[lie.rule] })
			if !rules[lie.rule] {
				t.Errorf("the oracle did not find the lie; it found %v", rules)
			}
		})
	}
}

// quiet runs the program that stands still until done says so, at most for some
// seconds.
func (o *Oracle) quiet(t *testing.T, w *watch, keep func(*trace.Record) bool, done func() bool) {
	t.Helper()
	binary, err := o.build(context.Background(), casesDir)
	if err != nil {
		t.Fatal(err)
	}
	run, err := launch.Start(binary, launch.Options{Args: []string{"quiet"}})
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	defer run.Kill()
	if err := w.begin(run); err != nil {
		t.Fatal(err)
	}
	defer w.end()
	batch := make([]trace.Record, 256)
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end) && !done(); time.Sleep(often) {
		n, _ := run.Read(batch)
		var kept []trace.Record
		for i := range batch[:n] {
			if keep(&batch[i]) {
				kept = append(kept, batch[i])
			}
		}
		w.apply(kept)
		w.sample(nil)
	}
}
