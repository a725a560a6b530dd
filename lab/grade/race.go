package grade

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"fdlab/lab/launch"
)

// DataRace is told of a second trial alone: see Exam.Races.
var DataRace = &Misconception{
	ID:     "data-race",
	Belief: "Two threads will hardly be there at the same moment.",
	Truth: "They run at the same time, on two processors, and one of them may be stopped between any two instructions. If one of " +
		"two changes the memory, something must order them: a lock that both take, a channel, or one thread that alone " +
		"touches it. (go run -race tells the same.)",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

const (
	raceBuild = 5 * time.Minute  // the first one compiles Go's own packages once more
	raceTrial = 30 * time.Second // a right program needs two
)

// raceOptions are the detector's: end the program at the first race, and at its end do
// not wait for others; the report goes to a file, as standard error is the program's.
// More history than by default: so the place of the earlier access is known.
const raceOptions = "GORACE=halt_on_error=1 atexit_sleep_ms=0 history_size=4 log_path=" + raceLog

const raceLog = "race" // followed by the process's number, in the trial's folder

// detector is the program once more, built with Go's race detector. The build goes on
// beside the first trial, from the moment when that has passed its first check.
type detector struct {
	Witness // of the first trial

	ctx     context.Context
	stop    context.CancelFunc
	program launch.Program
	checks  int           // of the first trial that have begun
	built   chan struct{} // closed when the build has ended; nil: it has not begun
	binary  *launch.Binary
	err     error
}

func newDetector(ctx context.Context, p launch.Program, w Witness) *detector {
	d := &detector{Witness: w, program: p}
	d.program.Races = true
	d.ctx, d.stop = context.WithTimeout(ctx, raceBuild)
	return d
}

// Checking begins the build with the second check: what fails in the first one needs none.
func (d *detector) Checking(name string) {
	d.Witness.Checking(name)
	if d.checks++; d.checks == 2 {
		d.begin()
	}
}

func (d *detector) begin() {
	d.built = make(chan struct{})
	go func() {
		defer close(d.built)
		d.binary, d.err = launch.BuildProgram(d.ctx, d.program)
	}()
}

func (d *detector) close() {
	d.stop()
	if d.built == nil {
		return
	}
	if <-d.built; d.binary != nil {
		d.binary.Remove()
	}
}

// judge tries the program once more. Only a race between two of its own lines changes the
// verdict: whatever else goes wrong here (no C compiler, no memory for the detector, a
// program that is slow with it) is said, and counts for nothing.
func (d *detector) judge(ctx context.Context, r *Result, exam *Exam, source source) {
	if d.built == nil {
		d.begin()
	}
	<-d.built
	note := func(text string) {
		if r.Outcome == Passed && ctx.Err() == nil {
			r.Note = text
		}
	}
	if d.err != nil {
		note("Not looked for: data races. The program cannot be built with Go's race detector here: " + firstLine(d.err))
		return
	}
	dir, err := folder()
	if err != nil {
		note("Not looked for: data races. " + firstLine(err))
		return
	}
	defer os.RemoveAll(dir)
	limited, cancel := context.WithTimeout(ctx, raceTrial)
	defer cancel()
	e := newExaminer(limited, exam, d.binary, source, dir, nobody{})
	e.env = []string{raceOptions}
	second := &Result{Exercise: r.Exercise, Package: r.Package}
	e.play(limited, second)
	if race := e.race(); race != nil {
		for i, c := range e.checks { // those that it came to; of the others the first trial's word stands
			r.Checks[i].Outcome = c.Outcome
		}
		// The detector's report decides, and no record: the trace may have holes.
		f := e.tell("what two threads touch has an order: a second trial, with Go's race detector", e.orPastTheLab(Find(DataRace, race.saw())))
		f.Records = race.words
		r.fail(f)
		return
	}
	if second.Outcome != Passed {
		note("A second trial, with Go's race detector, did not come to its end, and saw no data race until then.")
	}
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// race is what the detector reported.
type race struct {
	touches [2]touch // the later one first
	words   []string // of the report, fit for a terminal
}

// touch is an access to the memory in question.
type touch struct {
	does string // "read" or "write"
	at   string // "main.go:56", the line of the program's own; "" if that is not known
	in   string // the function: "(*worker).rung"
}

func (r *race) saw() string {
	later, earlier := r.touches[0], r.touches[1]
	if earlier.at == "" {
		return fmt.Sprintf("%s, in %s, %ss memory that another goroutine has touched (the detector no longer knows where), and nothing orders the two",
			later.at, later.in, later.does)
	}
	return fmt.Sprintf("%s, in %s, %ss what %s, in %s, %ss in another goroutine, and nothing orders the two",
		later.at, later.in, later.does, earlier.at, earlier.in, earlier.does)
}

// race returns the first race that was reported between lines of the program's own, or nil.
func (e *Examiner) race() *race {
	logs, _ := filepath.Glob(filepath.Join(e.dir, raceLog+".*"))
	for _, log := range logs {
		report, err := os.ReadFile(log)
		if err == nil {
			if r := readRace(string(report), e.ownLine()); r != nil {
				return r
			}
		}
	}
	return nil
}

// access heads a stack in a report: "Previous write at 0x00c000012345 by goroutine 7:".
var access = regexp.MustCompile(`(?i)^(?:previous )?(?:atomic )?(read|write) at 0x[0-9a-f]+ by (?:main )?goroutine.*:$`)

// readRace reads a report. own finds the place in a line of a stack.
func readRace(report string, own *regexp.Regexp) *race {
	_, report, found := strings.Cut(report, "WARNING: DATA RACE\n")
	if !found {
		return nil
	}
	r, n, function, lost := &race{}, 0, "", false
	for line := range strings.Lines(report) {
		line = strings.TrimRight(line, "\n")
		if m := access.FindStringSubmatch(line); m != nil && n < len(r.touches) {
			r.touches[n] = touch{does: strings.ToLower(m[1])}
			r.words = append(r.words, safe(line))
			n++
			continue
		}
		at := own.FindStringSubmatch(line)
		switch {
		case strings.HasPrefix(line, "Goroutine ") || strings.HasPrefix(line, "====="):
			return r.between(n, lost)
		case n == 0:
		case strings.Contains(line, "failed to restore the stack"):
			lost = true
			r.words = append(r.words, safe(line))
		case at != nil && r.touches[n-1].at == "":
			r.touches[n-1].at, r.touches[n-1].in = safe(at[1]), safe(function)
			r.words = append(r.words, "  "+safe(at[1]+"  "+function))
		case at == nil:
			function = strings.TrimPrefix(strings.TrimSuffix(strings.TrimSpace(line), "()"), "main.")
		}
	}
	return r.between(n, lost)
}

// between returns the race if both touches are the program's own, as far as is known: what the
// lab's threads do among themselves is no fault of the program.
func (r *race) between(n int, lost bool) *race {
	if n == 2 && r.touches[0].at != "" && (r.touches[1].at != "" || lost) {
		return r
	}
	return nil
}
