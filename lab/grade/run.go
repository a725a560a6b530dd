package grade

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"time"

	"fdlab/lab/launch"
	"fdlab/lab/phrase"
)

// Run builds the program of a package of the clone ("./exercises/01-two-pipes")
// and tries it. It takes a fraction of a second for a program that is right, and
// at most half a minute for any. When ctx ends, it is broken off. Nothing is
// left behind: no process, no file. Trials may run at the same time.
func Run(ctx context.Context, root, pkg string, exam *Exam) *Result {
	return Watch(ctx, root, pkg, exam, nobody{})
}

// Watch is Run with a witness. What it sees changes nothing in the verdict.
func Watch(ctx context.Context, root, pkg string, exam *Exam, w Witness) *Result {
	pkg = "./" + path.Clean(filepath.ToSlash(pkg))
	return watch(ctx, launch.Program{Root: root, Package: pkg, Name: path.Base(pkg)}, exam, w)
}

// RunFile is Run for a program of one file, which may lie anywhere.
func RunFile(ctx context.Context, root, file string, exam *Exam) *Result {
	p := launch.Program{Root: root, Files: []string{file}, Name: filepath.Base(filepath.Dir(file))}
	return watch(ctx, p, exam, nobody{})
}

func watch(ctx context.Context, p launch.Program, exam *Exam, w Witness) *Result {
	r := &Result{Exercise: exam.Exercise, Package: p.BuildArgs()[0], Outcome: NotJudged}
	binary, err := launch.BuildProgram(ctx, p)
	var objections *launch.BuildError
	switch {
	case errors.As(err, &objections):
		r.Build = objections
		r.fail(compiler(objections))
		r.rest(exam)
		return r
	case err != nil:
		r.Err = err.Error()
		r.rest(exam)
		return r
	}
	defer binary.Remove()
	dir, err := folder()
	if err != nil {
		r.Err = launch.Explain(err).Error()
		r.rest(exam)
		return r
	}
	defer os.RemoveAll(dir)
	source := readSource(p)
	if taken := source.startsOthers; taken != "" {
		r.fail(&Feedback{Expected: "one process, which uses fdlab/lab/sys and fdlab/lab/event",
			Saw:           fmt.Sprintf("main.go imports %q", taken),
			Misconception: Forks.ID, Belief: Forks.Belief, Truth: Forks.Truth})
		r.rest(exam)
		return r
	}
	var races *detector
	if exam.Races {
		races = newDetector(ctx, p, w)
		defer races.close()
		w = races
	}
	e := newExaminer(ctx, exam, binary, source, dir, w)
	e.play(ctx, r)
	r.rest(exam)
	if races != nil && (r.Outcome == Passed || exam.mayRace(r.Told())) {
		races.judge(ctx, r, exam, source)
	}
	return r
}

// play lets the script run to its end, and fills in the result.
func (e *Examiner) play(ctx context.Context, r *Result) {
	defer func() {
		fault := recover()
		if e.run != nil {
			r.Ended, r.Lasted = e.ended, time.Duration(e.run.Reader().Now())
		}
		e.tidy()
		switch fault := fault.(type) {
		case nil:
			e.passed()
			r.Outcome = Passed
		case found:
			r.fail(fault.feedback)
		case broken:
			r.Err = launch.Explain(fault.err).Error()
		default:
			panic(fault)
		}
		if ctx.Err() != nil {
			r.Outcome, r.Feedback, r.Err = NotJudged, nil, "broken off"
		}
		r.Checks = e.checks
		if e.run == nil {
			return
		}
		r.Records = len(e.entries)
		r.Strings = e.run.Reader()
		for i := range e.entries {
			r.Trace = append(r.Trace, e.entries[i].Record)
		}
		for _, line := range e.run.Output().Tail(8) {
			text := line.Quoted()
			if line.Stream == launch.Stderr {
				text = "(stderr) " + text
			}
			r.Printed = append(r.Printed, text)
		}
	}()
	e.exam.Play(e)
}

// tidy ends the program and takes the world away.
func (e *Examiner) tidy() {
	for _, h := range e.hands {
		h.close()
	}
	if e.run != nil {
		e.run.Kill()
		e.run.Close()
	}
}

func (r *Result) fail(f *Feedback) { r.Outcome, r.Feedback = Failed, f }

// rest adds the checks that were not reached.
func (r *Result) rest(exam *Exam) {
	for i := len(r.Checks); i < len(exam.Checks); i++ {
		r.Checks = append(r.Checks, Check{exam.Checks[i], NotReached})
	}
}

// compiler is the feedback for a program that does not compile.
func compiler(err *launch.BuildError) *Feedback {
	f := &Feedback{Expected: "the program compiles: go build " + err.Package, Saw: err.Error(),
		Misconception: DoesNotCompile.ID, Belief: DoesNotCompile.Belief, Truth: wayOut(err.Problems)}
	for i, p := range err.Problems {
		if i == 5 {
			f.Records = append(f.Records, "...")
			break
		}
		f.Records = append(f.Records, p.String())
	}
	if len(err.Problems) > 0 {
		f.Saw = fmt.Sprintf("the compiler objects %s", times(len(err.Problems)))
	}
	return f
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return phrase.Counted(n, "time")
}
