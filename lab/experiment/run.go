package experiment

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"fdlab/lab/control"
	"fdlab/lab/event"
	"fdlab/lab/trace"
)

// ErrStopped is what X.Fail gets when the experiment ends because it was asked
// to.
var ErrStopped = errors.New("stopped")

// failure is what Fail panics with.
type failure struct{ err error }

// Fail ends the experiment: it could not be judged, and err says why. Like
// testing.T.Fatal it does not return. It is for the goroutine of Lesson.Run; in
// a Thread it ends that thread.
func (x *X) Fail(err error) { panic(failure{err}) }

// Must is Fail if err is not nil: for what has no reason to fail. what says
// what it was, a call or a thing: "bind", "fifo_read".
func (x *X) Must(what string, err error) {
	if err != nil {
		x.Fail(fmt.Errorf("%s: %w", what, err))
	}
}

// grace is how long a stopped experiment may take to end by itself.
const grace = 2 * time.Second

// Run runs the experiment and returns its exit status: 0 when it could be
// judged, whatever the verdict. It uses the recorder and the control of the
// process, so there is one Run to a process.
func Run(lesson Lesson, args []string, in io.Reader, out, errOut io.Writer) (status int) {
	o, err := parse(lesson, args, out, errOut)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return statusJudged
	case err != nil:
		return statusMisuse
	case o.list:
		list(lesson, out)
		return statusJudged
	}
	if o.json {
		finish, err := streamTrace(out)
		if err != nil {
			fmt.Fprintf(errOut, "%s: -json: %v\n", lesson.Name, err)
			return statusStopped
		}
		defer func() {
			if err := finish(); err != nil {
				fmt.Fprintf(errOut, "%s: -json: %v\n", lesson.Name, err)
				status = max(status, statusStopped)
			}
		}()
		out = errOut
	}
	// Go lets only as many threads run Go code at a time as there are
	// processors; a thread that spins would keep another waiting, for up to 10
	// ms, as the kernel would not. The lab's threads are to meet only the kernel.
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), 16))

	_, controlled := os.LookupEnv(control.Environment)
	x := &X{
		lesson: lesson, options: o,
		control: control.Process(), rec: trace.Process(),
		threads: map[*Thread]bool{}, start: time.Now(),
	}
	// A closed standard output must not kill the program before it has cleaned
	// up: without SIGPIPE the write fails with EPIPE.
	signal.Ignore(syscall.SIGPIPE)
	x.account = newAccount(out, func(err error) { x.stop("nobody reads the account: "+err.Error(), statusStopped) })
	if !controlled {
		x.in = in
	}
	x.announce()
	status = x.live()
	x.put(trace.End, "", int64(status), 0)
	x.account.close()
	return status
}

// announce says in the trace with which arguments the experiment can be started,
// so that whoever watches offers just those: the backends of this machine, the best
// one first, the interactive mode where there is one, and what the lesson's own flags
// take in the mode that runs.
func (x *X) announce() {
	for _, backend := range event.Backends() {
		x.control.OfferArgument("-backend=" + backend)
	}
	if x.lesson.Play != nil {
		x.control.OfferArgument("-interactive")
	}
	own := x.options.switches
	if x.Interactive() {
		own = x.options.choices
	}
	for _, argument := range own {
		x.control.OfferArgument(argument)
	}
}

// live runs the lesson to its end, or until it is stopped, and cleans up.
func (x *X) live() int {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)

	x.account.line("fdlab %s: %s", x.lesson.Name, x.lesson.Title)
	done := make(chan error, 1)
	go x.body(done)

	stopped := x.Stopped()
	var late <-chan time.Time
	for {
		select {
		case err := <-done:
			x.clean()
			return x.end(err)
		case sig := <-signals:
			number := sig.(syscall.Signal)
			if late != nil { // the second time: at once
				x.clean()
				return 128 + int(number)
			}
			x.stop("stopped by "+sig.String(), 128+int(number))
		case <-stopped:
			x.stop("stopped by the instrument", statusStopped)
			stopped, late = nil, time.After(grace+time.Second)
		case <-late:
			x.clean()
			return x.end(fmt.Errorf("it did not end by itself%s", x.stillRunning()))
		}
	}
}

// body is the lesson's own code. A panic in it is a result like any other.
func (x *X) body(done chan<- error) {
	defer func() {
		switch fault := recover().(type) {
		case nil:
			done <- nil
		case failure:
			done <- fault.err
		default:
			x.panicked(fmt.Errorf("panic: %v", fault), debug.Stack())
			done <- ErrStopped
		}
	}()
	if x.Interactive() {
		x.lesson.Play(x)
	} else {
		x.lesson.Run(x)
	}
}

// stop asks the run to end; the first reason stands.
func (x *X) stop(reason string, status int) {
	x.mu.Lock()
	first := x.reason == ""
	if first {
		x.reason, x.status = reason, status
	}
	x.mu.Unlock()
	if first {
		x.control.Obey(control.Stop)
	}
}

// panicked stops the run because the program is broken.
func (x *X) panicked(err error, stack []byte) {
	text := err.Error()
	x.put(trace.Note, text, 0, 0)
	x.account.line("\n%s\n%s", text, stack)
	x.stop(text, statusMisuse)
}

// end says how the run ended, and returns the exit status.
func (x *X) end(err error) int {
	x.mu.Lock()
	reason, status, judged := x.reason, x.status, x.judged
	x.mu.Unlock()
	failed := err != nil && !errors.Is(err, ErrStopped)
	if !x.Interactive() {
		switch {
		case reason == "" && failed:
			x.Invalidate(err)
			x.Verdict(Undecided, "")
		case reason != "" && !judged:
			x.Verdict(Undecided, "%s", x.brokenOff(reason, status))
		}
		x.conclude()
	}
	switch {
	case reason != "" && failed:
		x.last("%s: %s; %v", x.lesson.Name, reason, err)
		return max(status, statusStopped)
	case reason != "":
		x.last("%s: %s; cleaned up", x.lesson.Name, reason)
	case failed && x.Interactive():
		x.last("%s: %v. %s", x.lesson.Name, err, wayOut(err))
		return statusUnjudged
	case failed || !judged:
		x.last("%s: this run could not be judged", x.lesson.Name)
		return statusUnjudged
	}
	return status
}

// brokenOff says what it costs that a run ended before its verdict.
func (x *X) brokenOff(reason string, status int) string {
	if status == statusMisuse {
		return "The program is broken: " + reason + "."
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	where := "before its first step"
	if x.step > 0 {
		where = fmt.Sprintf("in step %d of %d (%s)", x.step, len(x.lesson.Steps), x.lesson.Steps[x.step-1])
	}
	return fmt.Sprintf("The run was broken off %s (%s). The checks rest on all steps together and are made "+
		"after the last one: all of them are lost. Let it run to its end.", where, reason)
}

// last is the last word of a run that was not judged.
func (x *X) last(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	x.put(trace.Note, text, 0, 0)
	x.account.line("\n%s", text)
}

// clean calls what Cleanup was given, each once, the last one first.
func (x *X) clean() {
	x.mu.Lock()
	cleanups := x.cleanups
	x.cleanups = nil
	x.mu.Unlock()
	for _, do := range slices.Backward(cleanups) {
		func() {
			defer func() {
				if fault := recover(); fault != nil {
					x.account.line("panic in a cleanup: %v", fault)
				}
			}()
			do()
		}()
	}
}

// stillRunning names the threads that have not ended.
func (x *X) stillRunning() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	var names []string
	for t := range x.threads {
		names = append(names, t.Name)
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return "; still running: thread " + strings.Join(names, ", thread ")
}

// Follow is what the interactive mode waits in: it lets a person press the
// lesson's keys, and returns when the experiment should end.
func (x *X) Follow() { x.FollowUntil(nil) }

// FollowUntil is Follow that also returns when done is closed.
func (x *X) FollowUntil(done <-chan struct{}) {
	x.listKeys()
	select {
	case <-x.Stopped():
	case <-done:
	}
}

// listKeys says which keys there are. Alone in a terminal they come as lines: a
// key, then Enter; the end of the input ends the experiment.
func (x *X) listKeys() {
	for _, key := range x.lesson.Keys {
		x.account.line("  key %c: %s", key.Rune, key.does(x))
	}
	if x.in == nil {
		return // an instrument presses them
	}
	x.account.line("  type a key, then Enter; Ctrl-D ends")
	go x.obeyLines()
}

func (x *X) obeyLines() {
	lines := bufio.NewScanner(x.in)
	for lines.Scan() {
		word := strings.TrimSpace(lines.Text())
		known := slices.ContainsFunc(x.lesson.Keys, func(k Key) bool { return string(k.Rune) == word })
		switch {
		case known:
			x.control.Obey(control.Poke + " " + word)
		case word != "":
			x.account.line("  no key %q", word)
		}
	}
	x.stop("the end of the input", statusJudged)
}
