//go:build linux && (amd64 || arm64)

package app

import (
	"os"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/foreign"
	"fdlab/lab/launch"
	"fdlab/lab/libevent"
	"fdlab/lab/skip"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

func TestMain(m *testing.M) {
	foreign.Child() // the tracer child is this program
	os.Exit(m.Run())
}

// onLesson opens a lesson of the real course, in a sitting that keeps no progress.
func onLesson(t *testing.T, slug string) *driver {
	t.Helper()
	clone, err := launch.FindRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	c := course.Read(clone)
	m := New(c, theme.New(grid.Plain, theme.Dark, false))
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 60})
	for i, l := range c.Lessons {
		if l.Slug == slug {
			m.openLesson(i)
		}
	}
	if m.screen != atLesson {
		t.Fatalf("there is no lesson %s", slug)
	}
	return drive(t, m)
}

// TestALessonOnLibevent: C builds its C program and puts it on the stage; at its end it stands
// beside our run, or says that there was none; q leads back to the lesson.
func TestALessonOnLibevent(t *testing.T) {
	if _, err := os.Stat("/usr/include/event2/event.h"); err != nil {
		skip.Missing(t, "libevent is not installed with its headers")
	}
	d := onLesson(t, "02-ev-persist")
	d.press("C")
	d.until("the program is on the stage", func() bool { return d.session.onLibevent() != nil })
	d.until("it says which callback it is in", func() bool {
		w := d.session.world
		return w != nil && len(w.Live.Bases) > 0 && w.Live.Bases[0].Callbacks > 0
	})
	theirs := func() bool { return d.inBoth["02-ev-persist"].theirs != nil }
	d.until("it is over", theirs)
	if d.session.exit.Code != 0 || !d.shows("Not judged: ours: it has not run")() {
		t.Errorf("it ended with %v, and the end shows\n%s", d.session.exit, d.View())
	}
	if d.session.saved {
		t.Error("a run on libevent is no progress")
	}

	// Our run of the lesson: here the one that comes with it.
	recorded, err := Load(shipped(d.course.Root, d.session.subject()))
	if err != nil {
		t.Fatal(err)
	}
	a := libevent.NewAccount(recorded.Run.Texts())
	for _, records := range recorded.Run.Records() {
		a.Apply(records)
	}
	d.Update(accountMsg{d.session.subject(), false, a})
	if !d.shows("answers as ours did, in all 10 facts")() || !d.shows("libevent's")() {
		t.Errorf("the end shows\n%s", d.View())
	}
	if d.press("q"); d.screen != atLesson || d.lesson.Lesson.Slug != "02-ev-persist" {
		t.Errorf("q leads to screen %d, %q", d.screen, d.lesson.Lesson.Slug)
	}
}

// TestLesson05NeedsNoLibevent: the key says why.
func TestLesson05NeedsNoLibevent(t *testing.T) {
	d := onLesson(t, "05-time-wait")
	if d.press("C"); d.message != libevent.Why(5) || d.screen != atLesson {
		t.Errorf("C says %q, on screen %d", d.message, d.screen)
	}
}

// TestWithoutACompilerTheLessonSaysWhatToInstall.
func TestWithoutACompilerTheLessonSaysWhatToInstall(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	d := onLesson(t, "02-ev-persist")
	d.press("C")
	d.until("it says why", d.shows("libevent-dev"))
	if d.screen != atLesson || d.session != nil {
		t.Errorf("the screen is %d, the session %v", d.screen, d.session)
	}
}
