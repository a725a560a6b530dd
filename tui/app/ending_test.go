package app

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fdlab/lab/course"
	"fdlab/lab/launch"
	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/player"
	"fdlab/tui/theme"
)

// ended is a Model that shows the end of a lesson's run with three checks: one
// with a proof, one of a step, one about the whole.
func ended(t *testing.T) (*Model, *session) {
	t.Helper()
	words := texts{"first", "second", "proved", "of a step", "of all", "so it is"}
	s := announced("epoll")
	s.world = world.NewRun(words)
	s.Tracks[0].Begin(s.world)
	s.lesson = &course.Lesson{Number: 1, Slug: "01-x", Title: "x", Claim: "it cannot be"}
	at := int64(0)
	put := func(kind trace.Kind, str uint32, r trace.Record) {
		at += 100e6
		r.Kind, r.FD, r.Str, r.Time, r.Thread = kind, trace.NoFD, str, at, 7
		s.Apply(s.Tracks[0], []trace.Record{r})
	}
	put(trace.Step, 1, trace.Record{A: 1, B: 2})
	put(trace.Step, 2, trace.Record{A: 2, B: 2})
	put(trace.Check, 3, trace.Record{A: 1, B: 1, C: 1, D: 150e6})
	put(trace.Check, 4, trace.Record{A: 1, C: 2})
	put(trace.Check, 5, trace.Record{A: 1})
	put(trace.Verdict, 6, trace.Record{})
	s.over, s.run, s.cancel = true, new(launch.Run), func() {}
	s.Tracks[0].EndAt(0)
	s.End()
	m := New(&course.Catalogue{Root: root, Lessons: []*course.Lesson{s.lesson, {Number: 2, Slug: "02-y", Title: "y"}}},
		theme.New(grid.Plain, theme.Dark, false))
	m.grid.Resize(120, 40)
	m.lesson.Lesson = s.lesson
	m.session, m.screen = s, atStage
	return m, s
}

// TestEnterShowsWhatProvesACheck, and the way back leads to the end again.
func TestEnterShowsWhatProvesACheck(t *testing.T) {
	m, s := ended(t)
	for n, c := range []struct {
		at   int64
		said string
	}{{150e6, "the moment"}, {200e6, "about step 2 as a whole"}, {s.Length(), "the whole run"}} {
		if s.ending.Selected != n {
			t.Fatalf("check %d is selected, want %d", s.ending.Selected, n)
		}
		press(m, "enter")
		if s.Now() != c.at || !strings.Contains(m.message, c.said) {
			t.Errorf("check %d leads to %d: %q; want %d, %q", n, s.Now(), m.message, c.at, c.said)
		}
		if stage := m.place() == atStage; stage != (c.at < s.Length()) {
			t.Errorf("check %d: the stage is shown: %v", n, stage)
		}
		press(m, "end", "down")
	}
}

// TestAMomentThatProvesACheckIsShownWithItsQuestion, in the recordings that come with the lessons:
// each check that decides, and is about a step, leads to a time, and most of them to a moment.
func TestAMomentThatProvesACheckIsShownWithItsQuestion(t *testing.T) {
	m := overRun(t, "02-ev-persist", 80, 24)
	press(m, "enter")
	want := m.session.lesson.Moment("dispatch-returned").Question
	if m.session.State() != player.AtMoment || !strings.Contains(m.View(), want) {
		t.Errorf("the first check does not show %q:\n%s", want, m.View())
	}
	if press(m, " "); !strings.Contains(m.View(), "No event was left") {
		t.Errorf("space does not show its answer:\n%s", m.View())
	}
	if press(m, "end"); m.place() != atEnding {
		t.Error("end does not lead back to the result")
	}
	for _, l := range m.course.Lessons {
		r, err := Load(shipped(root, l))
		if err != nil {
			t.Fatal(err)
		}
		shown := 0
		for _, c := range r.Run.Live.Checks {
			if slices.ContainsFunc(r.Run.Live.Moments, func(m world.Moment) bool { return m.At == c.Proof }) {
				shown++
			}
		}
		if shown == 0 {
			t.Errorf("%s: no check leads to a moment", l.Slug)
		}
	}
}

// TestOneIsToldOnceThatLaterRunsDoNotWait: at the end of the first run, which did.
func TestOneIsToldOnceThatLaterRunsDoNotWait(t *testing.T) {
	m, s := ended(t)
	s.Guided().End()
	s.ToEnd()
	told := func() bool { return strings.Contains(m.View(), "does not wait at the moments") }
	if told() {
		t.Error("the next run is guided, too, and it is said that it is not")
	}
	m.progress[s.lesson.Slug] = course.Result{Verdict: "false"}
	if !told() {
		t.Errorf("nothing says that the next run does not wait:\n%s", m.View())
	}
	if s.ToggleGuide(); told() {
		t.Error("it is said of a run that did not wait")
	}
}

// TestASwitchOfTheScriptIsOffered where it was not given: lesson 05's minute.
func TestASwitchOfTheScriptIsOffered(t *testing.T) {
	m, s := ended(t)
	s.world.Live.Arguments = []string{"-backend=epoll", "-interactive", "-minute"}
	offered := func() bool { return strings.Contains(m.View(), "the run once more, with -minute") }
	if !offered() {
		t.Errorf("nothing offers it:\n%s", m.View())
	}
	if s.args = []string{"-minute"}; offered() {
		t.Error("it is offered where it was given")
	}
}

// TestBackInTimeIsTheStage: whatever leads away from the end shows the stage, and
// the end is back when the playhead is.
func TestBackInTimeIsTheStage(t *testing.T) {
	for _, key := range []string{"left", ",", "g", " "} {
		m, s := ended(t)
		if m.place() != atEnding || !strings.Contains(m.View(), "it cannot be") {
			t.Fatalf("at the end the claim is not shown:\n%s", m.View())
		}
		press(m, key)
		if m.place() != atStage || s.State() == player.Ended || !strings.Contains(m.View(), "what happened") {
			t.Errorf("%q does not show the stage:\n%s", key, m.View())
		}
		press(m, "G")
		if m.place() != atEnding {
			t.Errorf("after %q and G it is not the end", key)
		}
	}
}

func TestADigitDoesTheNextThing(t *testing.T) {
	m, _ := ended(t)
	things := m.nextThings()
	if len(things) == 0 || !strings.Contains(things[len(things)-1].words, "02 y") {
		t.Fatalf("what next: %+v", things)
	}
	press(m, "9")
	if m.place() != atEnding {
		t.Fatal("9 does something")
	}
	press(m, string(rune('0'+len(things))))
	if m.screen != atLesson || m.lesson.Lesson.Number != 2 || m.session != nil {
		t.Errorf("the last digit leads to screen %d", m.screen)
	}
}

// TestAProgramThatJustDiedIsLeftOnTheStage.
func TestAProgramThatJustDiedIsLeftOnTheStage(t *testing.T) {
	m, s := ended(t)
	s.world.Live.Verdict.Given, s.world.Live.Checks = false, nil
	if m.place() != atStage {
		t.Error("there is an end without a verdict, a check or a word of the program")
	}
}

// TestTheClockStandsWhereTheProgramEnded: one that made no record ended at 00:00.000,
// after two seconds.
func TestTheClockStandsWhereTheProgramEnded(t *testing.T) {
	m, s := ended(t)
	s.world, s.over = world.NewRun(texts{}), false
	s.Player = player.New(1, 20e6).Gated()
	s.Tracks[0].Begin(s.world)
	m.ticked(tickMsg{session: s.number, over: true, exit: launch.Exit{After: 2 * time.Second, Clock: 2e9}})
	if screen := m.View(); s.Now() != 2e9 || !strings.Contains(screen, "ENDED") || !strings.Contains(screen, "00:02.000") {
		t.Errorf("it has ended at %d:\n%s", s.Now(), screen)
	}
}

// TestALongMessageIsShownToItsEnd: a path of 200 letters hid what follows from it.
func TestALongMessageIsShownToItsEnd(t *testing.T) {
	m, _ := ended(t)
	for _, size := range [][2]int{{80, 24}, {120, 40}} {
		m.grid.Resize(size[0], size[1])
		m.Update(failedMsg{"open /" + strings.Repeat("long/", 40) + "file: permission denied\nYour results are not kept."})
		if screen := m.View(); !strings.Contains(screen, "results are not kept.") {
			t.Errorf("at %v the end of the message is not shown:\n%s", size, screen)
		}
	}
}

// TestARecordingOpensAtItsEnd, also that of a program that fdlab does not know: it
// can be replayed, nothing of it can be kept, and a program that is no lesson is
// not run.
func TestARecordingOpensAtItsEnd(t *testing.T) {
	for _, program := range []string{"01-select-vs-blocking-io", "\x1b[31mevil"} {
		m := New(course.Read(root), theme.New(grid.Plain, theme.Dark, false))
		m.grid.Resize(120, 40)
		m.Open(recording(t, program))
		if m.place() != atEnding || m.canKeep() || !strings.Contains(m.View(), "so it is") || !strings.Contains(m.View(), "line 4: the last line is missing") {
			t.Errorf("%q is not shown:\n%s", program, m.View())
		}
		if strings.Contains(m.View(), "\x1b[31m") {
			t.Error("an escape sequence of the recording reaches the terminal")
		}
		press(m, "g")
		if m.place() != atStage || m.session.State() != player.Past {
			t.Errorf("%q cannot be looked at from the beginning", program)
		}
		press(m, " ")
		if m.session.State() != player.Replay {
			t.Errorf("%q cannot be replayed", program)
		}
		if known := m.session.lesson.Number > 0; !known {
			if press(m, "r"); m.session == nil || m.session.build != nil || !strings.Contains(m.message, "no lesson") {
				t.Errorf("r runs %q: %q", program, m.message)
			}
			if press(m, "q"); m.screen != atHome {
				t.Errorf("the way out of %q leads to screen %d", program, m.screen)
			}
		}
	}
}

// recording opens a file of two records that lacks its last line.
func recording(t *testing.T, program string) *Recorded {
	t.Helper()
	recorded, err := Load(recordingFile(t, program))
	if err != nil {
		t.Fatal(err)
	}
	return recorded
}

func recordingFile(t *testing.T, program string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "run.jsonl")
	var b bytes.Buffer
	e, err := trace.NewEncoder(&b, texts{"first", "so it is"}, trace.Header{Program: program})
	if err == nil {
		err = e.Encode([]trace.Record{
			{Kind: trace.Step, Seq: 1, FD: trace.NoFD, Time: 1e6, Str: 1, A: 1, B: 1},
			{Kind: trace.Verdict, Seq: 2, FD: trace.NoFD, Time: 9e8, Str: 2},
		})
	}
	if err == nil {
		err = os.WriteFile(name, b.Bytes(), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	return name
}
