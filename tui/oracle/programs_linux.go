package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fdlab/lab/grade"
	"fdlab/lab/grade/exams"
	"fdlab/lab/launch"
	"fdlab/lab/trace"
)

// Program is one thing to run under the oracle's eyes.
type Program struct {
	Name  string // "lesson 01", "01 by hand", "solution 01-two-pipes", "case dup-close", "random 42"
	pkg   string
	args  []string
	exam  *grade.Exam // a solution: its grader plays the world
	keys  bool        // press the keys that it offers
	whole bool        // it ends by itself, and is watched to its end
}

// Programs returns all but the random ones.
func Programs(root string) (all []Program, err error) {
	cases, err := os.ReadDir(filepath.Join(root, casesDir))
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		if name, is := strings.CutPrefix(strings.TrimSuffix(c.Name(), ".go"), "case_"); is {
			name = strings.ReplaceAll(name, "_", "-")
			all = append(all, Program{Name: "case " + name, pkg: casesDir, args: []string{name}})
		}
	}
	lessons, err := filepath.Glob(filepath.Join(root, "lessons", "[0-9]*"))
	if err != nil {
		return nil, err
	}
	for _, dir := range lessons {
		pkg := "./lessons/" + filepath.Base(dir)
		name := filepath.Base(dir)
		all = append(all, Program{Name: "lesson " + name, pkg: pkg, whole: true},
			Program{Name: "by hand " + name, pkg: pkg, args: []string{"-interactive"}, keys: true})
	}
	for _, exam := range exams.All {
		all = append(all, Program{Name: "solution " + exam.Exercise, pkg: "./solutions/" + exam.Exercise, exam: exam})
	}
	return all, nil
}

const casesDir = "./tui/oracle/testdata/programs"

// random returns the random program of a seed.
func random(seed uint64) Program {
	return Program{Name: fmt.Sprintf("random %d", seed), pkg: casesDir, args: []string{"random", fmt.Sprint(seed)}}
}

// Oracle runs programs and gathers what the kernel contradicts.
type Oracle struct {
	Root  string
	Found func(Contradiction)
	Rand  *rand.Rand // when to hold, which key to press
	Alone bool       // hold nothing

	Samples, Words int // that counted

	binaries map[string]*launch.Binary
}

func (o *Oracle) build(ctx context.Context, pkg string) (*launch.Binary, error) {
	if b := o.binaries[pkg]; b != nil {
		return b, nil
	}
	b, err := launch.Build(ctx, o.Root, pkg)
	if err != nil {
		return nil, err
	}
	if o.binaries == nil {
		o.binaries = map[string]*launch.Binary{}
	}
	o.binaries[pkg] = b
	return b, nil
}

// Close gives the built programs back.
func (o *Oracle) Close() {
	for _, b := range o.binaries {
		b.Remove()
	}
}

// Watch runs a program for a time at most, and looks at it at many moments.
func (o *Oracle) Watch(ctx context.Context, p Program, limit time.Duration) error {
	w := newWatch(p.Name, !strings.Contains(p.pkg, "lessons/"), o.Found)
	defer func() { w.end(); o.Samples += w.samples; o.Words += w.words }()
	if p.exam != nil {
		return o.trial(ctx, p, w)
	}
	binary, err := o.build(ctx, p.pkg)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "fdlab-oracle-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	run, err := launch.Start(binary, launch.Options{Args: p.args, Dir: dir})
	if err != nil {
		return err
	}
	defer run.Close()
	if err := w.begin(run); err != nil {
		return err
	}
	o.follow(ctx, p, w, run, time.Now().Add(limit))
	return nil
}

// often is how long lies between two looks. A look takes a millisecond or two.
const often = 12 * time.Millisecond

// follow reads what the program records, looks, and plays the student: it holds
// time, goes a phase, lets go, presses a key.
func (o *Oracle) follow(ctx context.Context, p Program, w *watch, run *launch.Run, end time.Time) {
	batch := make([]trace.Record, 4096)
	next := time.Now().Add(o.between(300, 900))
	if o.Alone || !p.keys && o.Rand.IntN(3) == 0 {
		next = end // this one is left alone
	}
	for ctx.Err() == nil && time.Now().Before(end) {
		for range 64 {
			n, more := run.Read(batch)
			w.apply(batch[:n])
			if n == 0 && !more {
				return
			}
			if n == 0 {
				break
			}
		}
		w.sample(func() {
			n, _ := run.Read(batch)
			w.take(batch[:n])
		})
		if time.Now().After(next) {
			next = time.Now().Add(o.act(p, w, run))
		}
		select {
		case <-run.Done():
		case <-time.After(often):
		}
	}
}

// act does one thing that a student may do, and says how long to wait then: long
// enough for the kernel's watcher, so that something can be said of it.
func (o *Oracle) act(p Program, w *watch, run *launch.Run) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if offers := w.world.Live.Offers; p.keys && len(offers) > 0 && o.Rand.IntN(3) > 0 {
		run.Poke(offers[o.Rand.IntN(len(offers))].Key)
		return o.between(50, 700)
	}
	switch {
	case !w.held:
		run.Hold()
		w.held = true
	case o.Rand.IntN(3) > 0:
		run.Step()
	default:
		run.Release()
		w.held = false
		return o.between(300, 1200)
	}
	return o.between(150, 700)
}

func (o *Oracle) between(least, most int) time.Duration {
	return time.Duration(least+o.Rand.IntN(most-least)) * time.Millisecond
}

// trial watches a solution in the hands of its grader, which cannot be held.
func (o *Oracle) trial(ctx context.Context, p Program, w *watch) error {
	done := make(chan struct{})
	looked := make(chan struct{})
	go func() {
		defer close(looked)
		for tick := time.NewTicker(often); ; {
			select {
			case <-done:
				tick.Stop()
				return
			case <-tick.C:
				w.sample(nil)
			}
		}
	}()
	result := grade.Watch(ctx, o.Root, p.pkg, p.exam, witness{w})
	close(done)
	<-looked
	if result.Outcome != grade.Passed && ctx.Err() == nil {
		return fmt.Errorf("%s: %s %s", p.Name, result.Outcome, result.Err)
	}
	return nil
}

// witness hands what the grader sees to the watch.
type witness struct{ *watch }

func (w witness) Started(run *launch.Run)         { w.begin(run) }
func (w witness) Recorded(records []trace.Record) { w.apply(records) }
func (w witness) Called(string, string)           {}
func (w witness) Checking(string)                 {}
