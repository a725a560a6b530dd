// Package grade tries a student's program in a hostile world, and tells what
// its trace says.
//
//	result := grade.Run(ctx, root, "./exercises/01-two-pipes", exams.ByName("01-two-pipes"))
//	fmt.Print(result.Text(88))
//
// The program runs as a child, with its trace on (lab/launch). An Exam's script
// plays the world from outside, through an Examiner: it writes to FIFOs,
// connects as TCP clients, and says what must have come of it before it goes
// on. The first check that fails ends the trial.
//
// Verdicts do not depend on speed. The script waits for conditions; what ends
// a program that will not get there is a state that it cannot leave (asleep,
// and nothing will wake it; a thousand callbacks that took nothing; a callback
// that sleeps), or a limit of seconds for what takes microseconds. A program that only lacks a processor
// gets more of them.
//
// The package knows how a program is tried, what typically goes wrong with file
// descriptors and loops, and how that is told. It knows no single exercise
// (lab/grade/exams does), no drawing, and not the student's progress.
package grade

import (
	"slices"
	"time"

	"fdlab/lab/launch"
	"fdlab/lab/trace"
)

// Exam says how one exercise is judged.
type Exam struct {
	Exercise string   // its folder: "01-two-pipes"
	Checks   []string // their names, in order, as in the README

	// Starter is what the untouched starter must be told.
	Starter *Misconception

	// Means are misconceptions that this exercise knows better: what is told in the
	// place of one that the grader diagnosed, throughout.
	Means map[*Misconception]*Misconception

	// Verbatim says that standard output is to be what the program reads from the world's
	// sources, byte for byte (but for asides).
	Verbatim bool

	// Later says that answers are written later than the next read may be: a write that is
	// shorter than what was read has nothing to do with an answer that is missing.
	Later bool

	// Races says that threads of the program share memory: one that passes is tried once
	// more, built with Go's race detector; so is one that was told one of LikeRaces, for a
	// data race can look like that.
	Races     bool
	LikeRaces []*Misconception

	// Play is the world's script. It calls Examiner.Check for each of Checks,
	// in order, and returns when all is well.
	Play func(*Examiner)
}

func (e *Exam) mayRace(told string) bool {
	return slices.ContainsFunc(e.LikeRaces, func(m *Misconception) bool { return m.ID == told })
}

// Misconception is a belief about event loops that a program shows, and the
// place where a lesson treats it.
type Misconception struct {
	ID      string // "one-shot"
	Belief  string // in the program's own voice, one sentence
	Guess   bool   // other beliefs lead here as well, and the records do not show which: feedback leaves Belief out
	Unknown bool   // so do other causes: feedback says that the grader cannot tell why
	Truth   string // what is so, and the way out, without the code
	Lesson  string // "02-ev-persist"; "" if no lesson is about it
	Section string // its key: "explain"
}

// Outcome of a trial, or of one check of it.
type Outcome string

const (
	Passed     Outcome = "passed"
	Failed     Outcome = "failed"
	NotReached Outcome = "not reached" // a check after the one that failed
	NotJudged  Outcome = "not judged"  // a trial that the grader could not carry out
)

// Result is what a trial says.
type Result struct {
	Exercise string    `json:"exercise"`
	Package  string    `json:"package"` // what was tried
	Outcome  Outcome   `json:"outcome"`
	Checks   []Check   `json:"checks"`
	Feedback *Feedback `json:"feedback,omitempty"` // of a trial that failed
	Err      string    `json:"error,omitempty"`    // of one that was not judged
	Note     string    `json:"note,omitempty"`     // of one that passed: what could not be looked for, and why
	Printed  []string  `json:"printed,omitempty"`  // the program's last lines, quoted; "(stderr) " stands before those of standard error
	Records  int       `json:"records"`            // how many the trace has

	// Build says why the program does not compile; nil if it does.
	Build *launch.BuildError `json:"-"`

	// Ended says that the program had ended at the time of the verdict, and not
	// because of it. Lasted is how long its (last) run had lasted then.
	Ended  bool          `json:"-"`
	Lasted time.Duration `json:"-"`

	// Trace is the recording of the trial, for whoever wants to show it.
	Trace []trace.Record `json:"-"`
	// Strings resolves the string numbers of Trace.
	Strings trace.Strings `json:"-"`
}

// Told returns the misconception that the program was told, "" if none.
func (r *Result) Told() string {
	if r.Feedback == nil {
		return ""
	}
	return r.Feedback.Misconception
}

// Check is one check of an exam and what came of it.
type Check struct {
	Name    string  `json:"name"`
	Outcome Outcome `json:"outcome"`
}

// Feedback is what a failed check says. All its texts are fit for a terminal.
type Feedback struct {
	Check         string   `json:"check,omitempty"`
	Expected      string   `json:"expected"`
	Saw           string   `json:"saw"`
	Records       []string `json:"records,omitempty"` // the part of the trace that shows it
	Misconception string   `json:"misconception"`     // its ID
	Belief        string   `json:"belief,omitempty"`  // "" if the records do not show what was believed
	Unknown       bool     `json:"unknown,omitempty"` // nor what caused it
	Truth         string   `json:"truth"`
	Lesson        string   `json:"lesson,omitempty"`
	Section       string   `json:"section,omitempty"` // its key: "explain"
	Heading       string   `json:"heading,omitempty"` // the section's, for whoever prints it; the grader reads no lesson
}

// Why says what led there, and its name: the belief; or, where the records do not show one, only the
// kind of mistake; or that the grader does not know the cause, either.
func (f *Feedback) Why() (name, text string) {
	switch {
	case f.Belief != "":
		return "as if", "“" + f.Belief + "” (" + f.Misconception + ")"
	case f.Unknown:
		return "why", "I cannot tell which mistake it is; the records show where it differs. (" + f.Misconception + ")"
	}
	return "kind", f.Misconception
}

// But is the name of the field that says what is so, after Why.
func (f *Feedback) But() string {
	if f.Belief == "" && !f.Unknown {
		return "rule"
	}
	return "but"
}
