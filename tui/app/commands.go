package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/launch"
	"fdlab/lab/trace"
)

// The messages that commands come back with.
type (
	startedMsg struct {
		session int
		run     *launch.Run
		err     error
		source  []string // of a build error's problems: the lines of code
	}
	tickMsg struct {
		session int
		at      time.Time
		records []trace.Record
		now     int64
		lost    uint64
		stopped string // the signal that has stopped the program, or ""
		printed int64  // bytes
		over    bool
		exit    launch.Exit
	}
	failedMsg struct{ text string }
)

// safely runs a command. A panic in it becomes a message instead of a wrecked
// terminal.
func safely(do func() tea.Msg) tea.Cmd {
	return func() (msg tea.Msg) {
		defer func() {
			if r := recover(); r != nil {
				msg = failedMsg{fmt.Sprintf("a fault of fdlab: %v", r)}
			}
		}()
		return do()
	}
}

// start builds a program and runs it.
func (m *Model) start(ctx context.Context, session int, program launch.Program, opt launch.Options) tea.Cmd {
	return safely(func() tea.Msg {
		run, err := m.children.start(ctx, program, opt)
		return startedMsg{session: session, run: run, err: err, source: source(program.Root, err)}
	})
}

// source reads the lines of code that a compiler's objections are about.
func source(root string, err error) []string {
	var build *launch.BuildError
	if !errors.As(err, &build) {
		return nil
	}
	lines := make([]string, len(build.Problems))
	for i, p := range build.Problems {
		text, err := os.ReadFile(p.Path(root))
		if all := strings.Split(string(text), "\n"); err == nil && p.Line >= 1 && p.Line <= len(all) {
			lines[i] = strings.TrimSpace(all[p.Line-1])
		}
	}
	return lines
}

// frame is the time between two looks at a running program.
const frame = time.Second / 30

// batch is how many records one frame takes at most: eight million a second.
// What a faster program records waits in the ring, and is lost and counted
// when the ring is full.
const batch = 1 << 18

// tick waits for the next frame and takes what was recorded since. records is
// the batch of the last tick, to be filled again: only one tick is under way
// at a time. rest are those of that batch for which there was no time; they come
// first. What finds no room in the ring meanwhile is lost, and counted.
func tick(session int, run *launch.Run, records, rest []trace.Record, last time.Time) tea.Cmd {
	return safely(func() tea.Msg {
		// What the last batch took to reduce counts: a flood is read without
		// a pause, so that less of it is lost.
		time.Sleep(time.Until(last.Add(frame)))
		began := time.Now()
		if cap(records) < batch {
			records = make([]trace.Record, batch)
		}
		left := copy(records[:batch], rest)
		n, more := run.Read(records[left:batch])
		more = more || left > 0
		stopped := ""
		if n == 0 && more {
			stopped = run.Stopped()
		}
		n += left
		msg := tickMsg{session: session, at: began, records: records[:n], now: run.Reader().Now(), lost: run.Reader().Lost(), printed: printed(run), stopped: stopped}
		if !more {
			msg.over, msg.exit = true, run.Exit()
		}
		return msg
	})
}

// printed returns how many bytes the program has printed.
func printed(run *launch.Run) int64 {
	total, _ := run.Output().Size()
	return total
}

// tell sends a word to the program.
func tell(run *launch.Run, say func(*launch.Run) error) tea.Cmd {
	return safely(func() tea.Msg {
		if err := say(run); err != nil {
			return failedMsg{err.Error()}
		}
		return nil
	})
}

// end ends a session's run; nil is fine.
func end(s *session) tea.Cmd {
	if s == nil {
		return nil
	}
	s.cancel()
	return endRun(s.run)
}

// endRun asks the program to stop, waits for its end and frees it.
func endRun(run *launch.Run) tea.Cmd {
	if run == nil {
		return nil
	}
	return safely(func() tea.Msg {
		run.Close()
		return nil
	})
}
