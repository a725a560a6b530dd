package loop_test

import (
	"testing"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/experiment/lessontest"
	"fdlab/lab/experiment/loop"
	"fdlab/lab/sys"
)

func try(run func(x *experiment.X)) func() {
	return func() {
		experiment.Main(experiment.Lesson{Name: "00-loop", Steps: []string{"one"}, Run: func(x *experiment.X) {
			run(x)
			x.Verdict(experiment.True, "done")
		}})
	}
}

func TestMain(m *testing.M) {
	lessontest.Main(m, map[string]func(){
		"stopped while it sleeps": try(func(x *experiment.X) {
			r, w, err := sys.Pipe("pipe")
			x.Must("pipe", err)
			l := loop.New(x, "sleeper")
			l.Watch(r, "never", func(int, event.What) { x.Note("called") })
			l.Finally(func() {
				sys.Close(r)
				sys.Close(w)
				x.Note("the fds are closed")
			})
			l.Start()
			_, returned := l.Returned()
			x.Note("returned before Stop: %v", returned)
			l.Stop()
			reason, returned := l.Returned()
			x.Note("returned after Stop: %v, %s", returned, reason)
			l.Stop() // once more: nothing happens
		}),
		"returns by itself": try(func(x *experiment.X) {
			l := loop.New(x, "timer")
			l.Base.NewTimer(func(int, event.What) { x.Note("called") }).Add(0)
			l.Start()
			l.Wait()
			reason, returned := l.Returned()
			x.Note("returned: %v, %s", returned, reason)
		}),
		"left running": try(func(x *experiment.X) {
			l := loop.New(x, "for ever")
			l.Finally(func() { x.Note("closed at the end") })
			l.Start(event.NoExitOnEmpty)
		}),
		"an fd that cannot be watched": try(func(x *experiment.X) {
			loop.New(x, "broken").Watch(-1, "nobody", func(int, event.What) {})
		}),
	})
}

func TestALoopBeginsAndEnds(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		words  []string
	}{
		"stopped while it sleeps": {0, []string{"returned before Stop: false", "the fds are closed",
			"returned after Stop: true, broken off"}},
		"returns by itself":            {0, []string{"called", "returned: true, no events left"}},
		"left running":                 {0, []string{"closed at the end"}},
		"an fd that cannot be watched": {3, []string{"nobody: ", "could not be judged"}},
	} {
		t.Run(name, func(t *testing.T) {
			account, status := lessontest.Run(t, name)
			lessontest.Says(t, account, c.words...)
			if status != c.status {
				t.Errorf("status %d:\n%s", status, account)
			}
		})
	}
}
