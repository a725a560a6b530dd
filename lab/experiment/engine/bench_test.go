package engine_test

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"fdlab/lab/experiment"
	"fdlab/lab/experiment/engine"
	"fdlab/lab/experiment/lessontest"
)

// compare is an experiment with one engine.
func compare(name string, script engine.Script, read func(*engine.Run) error) func() {
	return func() {
		experiment.Main(experiment.Lesson{
			Name: "00-engine", Steps: []string{"one"},
			Run: func(x *experiment.X) {
				x.Note("comparing")
				engine.NewBench(x).Compare(script, engine.Engine{Name: name, Read: read})
				x.Verdict(experiment.True, "never said")
			},
		})
	}
}

func TestMain(m *testing.M) {
	late := engine.Script{{At: time.Hour, Source: "a", Line: "late"}}
	lessontest.Main(m, map[string]func(){
		"table":   table,
		"deaf":    compare("deaf", late, func(*engine.Run) error { select {} }),
		"failing": compare("failing", nil, func(*engine.Run) error { return errors.New("no base") }),
	})
}

func TestAnEngineThatDoesNotEndIsNamed(t *testing.T) {
	p := lessontest.Start(t, lessontest.Command(t, "deaf"))
	p.Await("comparing")
	p.Cmd.Process.Signal(syscall.SIGINT)
	account, status := p.End()
	lessontest.Says(t, account, "stopped by interrupt", "thread deaf did not end")
	if status != 128+int(syscall.SIGINT) {
		t.Errorf("exit status %d", status)
	}
}

func TestAnEngineThatFailsIsNamed(t *testing.T) {
	account, status := lessontest.Run(t, "failing")
	lessontest.Says(t, account, "engine failing: no base")
	if status != 3 {
		t.Errorf("exit status %d", status)
	}
}
