package course

// The files of a new lesson. NN is its number, NAME its name in words, FENCE
// three backticks.

const newLessonText = `# NN NAME

<!-- section: claim -->
## Claim

> TODO the claim, in one line.

TODO what its author did and concluded, in our own words.

Source: TODO

<!-- section: predict -->
## Predict

TODO the question?

- **a.** TODO what a thoughtful student might believe
- **b.** TODO
- **c.** TODO

<!-- section: run -->
## Run

FENCEsh
go run ./lessons/NN-NAME
FENCE

1. **the first step**: TODO what it does

<!-- section: observe -->
## Observe

- TODO what to look for, and where

<!-- section: explain -->
## Explain

**The kernel's part.** TODO

**The loop's part.** TODO

FENCEtext
TODO one small diagram
FENCE

<!-- section: verdict -->
## Verdict

**False.** TODO why, in a sentence.

<!-- transcript: refreshed by go run ./lab/experiment/transcript NN -->
FENCEtext
TODO run that command
FENCE

<!-- section: recall -->
## Recall

1. TODO a question?

   *Answer:* TODO

2. TODO another?

   *Answer:* TODO

<!-- section: production -->
## In C, in production

TODO the libevent calls, and who does this where.

<!-- section: change -->
## Change it

1. TODO a change to make, and what to predict first? <!-- change: func main( -->
2. TODO
3. TODO

<!-- section: exercise -->
## Exercise

TODO the link.

<!-- section: instructors -->
## For instructors

TODO minutes, the question for the class, the moment to hold.
`

const newExperiment = `// Lesson NN: NAME.
//
// TODO what the experiment does, and what decides.
package main

import "fdlab/lab/experiment"

func main() {
	experiment.Main(experiment.Lesson{
		Name:  "NN-NAME",
		Title: "NAME",
		Steps: []string{"the first step"},
		Run:   run,
	})
}

func run(x *experiment.X) {
	// 1. TODO
	x.Step(1)
	measured := false // TODO

	x.Check(measured, "TODO what was measured")
	x.Answer("a")
	x.Verdict(experiment.Undecided, "TODO what follows from it")
}
`

const newLessonTest = `package main

import (
	"testing"

	"fdlab/lab/event"
	"fdlab/lab/experiment/lessontest"
)

// TODO beside "" the lesson's program, changed in one place: "nobody reads": broken
func TestMain(m *testing.M) { lessontest.Lesson(m, map[string]func(){"": main}) }

func TestTheLessonAlone(t *testing.T) {
	for _, backend := range event.Backends() {
		t.Run(backend, func(t *testing.T) {
			t.Parallel()
			account, status := lessontest.Run(t, "", "-backend", backend)
			lessontest.Expect(t, account, status, 0, "passed: TODO what was measured", "answer to Predict: a", "verdict: TODO")
		})
	}
}

func TestItsMoments(t *testing.T) { lessontest.Moments(t) }

func TestAnswerAndVerdictFollowFromWhatHappens(t *testing.T) {
	t.Error("TODO the programs that are broken on purpose: which checks fail, which answer and verdict come")
}
`

const newFaultsTest = `package main

import (
	"testing"

	"fdlab/lab/experiment/lessontest"
)

func TestNoFaultGivesAWrongVerdict(t *testing.T) { lessontest.Faults(t) }
`
