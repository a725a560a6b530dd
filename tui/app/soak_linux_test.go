package app

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/tui/grid"
	"fdlab/tui/player"
	"fdlab/tui/theme"
)

// soakFor is the variable that says how long TestSoak goes on, and with which lessons:
// "5m", "5m 02 06".
const soakFor = "FDLAB_SOAK"

// TestSoak plays each lesson by hand, again and again, with random keys, holds and
// pokes. Nothing of the instrument grows from round to round, it always answers, and
// while time is held the fds of the stage are those of the kernel.
//
//	FDLAB_SOAK=5m go test ./tui/app -run TestSoak -v -timeout 1h
func TestSoak(t *testing.T) {
	how, only, _ := strings.Cut(os.Getenv(soakFor), " ")
	lasts, err := time.ParseDuration(how)
	if err != nil {
		t.Skipf("%s=5m plays the lessons for five minutes", soakFor)
	}
	x := newSoak(t)
	var before, after size
	began, rounds := time.Now(), 0
	for ; rounds < 2 || time.Since(began) < lasts; rounds++ {
		for n, lesson := range x.m.course.Lessons {
			if number, _, _ := strings.Cut(lesson.Slug, "-"); only == "" || strings.Contains(only, number) {
				x.play(n)
			}
		}
		if after = x.size(before); rounds == 0 {
			before = after // all that is made once is made
		}
		t.Logf("round %d: %v", rounds+1, after)
	}
	if over := after.over(before); over != "" {
		t.Errorf("after %d rounds there are too many %s: %v; after the first: %v", rounds, over, after, before)
	}
	t.Logf("%d keys, %d fds held against the kernel", x.keys, x.compared)
	if x.compared == 0 {
		t.Error("no fd was held against the kernel")
	}
	x.end()
}

// size is what an instrument takes of the machine.
type size struct{ fds, goroutines, threads, mib int }

func (s size) String() string {
	return fmt.Sprintf("%d fds, %d goroutines, %d threads, %d MiB", s.fds, s.goroutines, s.threads, s.mib)
}

// over says what there is more of than before, beyond what may differ from one moment
// to another. The runtime keeps a thread once it has made it, and each round may need
// some more at the same time.
func (s size) over(before size) string {
	switch {
	case s.fds > before.fds+4:
		return "fds"
	case s.goroutines > before.goroutines+8:
		return "goroutines"
	case s.threads > before.threads+24:
		return "threads"
	case s.mib > 2*before.mib+64: // a run may keep a million records
		return "MiB"
	}
	return ""
}

// soak is an instrument without a terminal.
type soak struct {
	t        *testing.T
	m        *Model
	p        *tea.Program
	rand     *rand.Rand
	ended    chan struct{}
	keys     int
	compared int
}

// shell hands a function to the goroutine that owns the model.
type shell struct{ *Model }

func (s shell) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if do, ok := msg.(func()); ok {
		do()
		return s, nil
	}
	_, cmd := s.Model.Update(msg)
	return s, cmd
}

func newSoak(t *testing.T) *soak {
	clone := t.TempDir() // the student's own progress stays as it is
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(clone, name), text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"lab", "lessons", "exercises"} {
		if err := os.CopyFS(filepath.Join(clone, name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GOFLAGS", "-trimpath") // what another clone has compiled is found
	t.Setenv("TMPDIR", t.TempDir())
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	x := &soak{t: t, m: New(course.Read(clone), theme.New(grid.TrueColor, theme.Dark, false)),
		rand: rand.New(rand.NewPCG(seed, 0)), ended: make(chan struct{})}
	silent, _ := io.Pipe()
	x.p = tea.NewProgram(shell{x.m}, tea.WithInput(silent), tea.WithOutput(io.Discard), tea.WithoutSignalHandler())
	go func() {
		defer close(x.ended)
		if _, err := x.p.Run(); err != nil {
			t.Error(err)
		}
	}()
	x.p.Send(tea.WindowSizeMsg{Width: 120, Height: 40})
	return x
}

// ask looks at the model. An instrument that does not answer is stuck.
func (x *soak) ask(look func(m *Model)) {
	x.t.Helper()
	done := make(chan struct{})
	go x.p.Send(func() { look(x.m); close(done) })
	select {
	case <-done:
	case <-time.After(time.Minute):
		stacks := make([]byte, 1<<20)
		x.t.Fatalf("the instrument is stuck:\n%s", stacks[:runtime.Stack(stacks, true)])
	}
}

// press sends a key as Bubble Tea reads it from a terminal.
func (x *soak) press(key string) {
	x.keys++
	types := map[string]tea.KeyType{"left": tea.KeyLeft, "right": tea.KeyRight, "up": tea.KeyUp, "down": tea.KeyDown,
		"home": tea.KeyHome, "end": tea.KeyEnd, "tab": tea.KeyTab, "enter": tea.KeyEnter, "esc": tea.KeyEsc}
	msg := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(key)}
	if kind, ok := types[key]; ok {
		msg = tea.KeyMsg{Type: kind}
	}
	done := make(chan struct{})
	go func() { x.p.Send(msg); close(done) }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		x.ask(func(*Model) {}) // tells where it is stuck
	}
}

// until waits for something of the model.
func (x *soak) until(what string, holds func(m *Model) bool) {
	x.t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		var ok bool
		var screen string
		x.ask(func(m *Model) { ok, screen = holds(m), m.View() })
		switch {
		case ok:
			return
		case time.Now().After(deadline):
			x.t.Fatalf("never: %s\n%s", what, screen)
		}
	}
}

// play runs a lesson by hand for some seconds, and goes home.
func (x *soak) play(n int) {
	x.ask(func(m *Model) { m.openLesson(n) })
	if x.rand.IntN(4) == 0 {
		x.press("r") // by its script, at the reader's pace
	} else {
		x.ask(func(m *Model) { cmd := m.run([]string{interactive}); go func() { x.p.Send(cmd()) }() })
	}
	x.until("it runs", func(m *Model) bool {
		s := m.session
		if s != nil && (s.build != nil || s.fault != nil) {
			x.t.Fatalf("it cannot run: %v %v", s.build, s.fault)
		}
		return s != nil && s.world != nil && s.world.Live.Records > 0
	})
	for end := time.Now().Add(3 * time.Second); time.Now().Before(end); {
		for range x.rand.IntN(20) {
			x.press(x.key())
			time.Sleep(time.Duration(x.rand.IntN(50)) * time.Millisecond)
		}
		x.checkpoint()
	}
	x.until("home", func(m *Model) bool {
		if m.screen == atHome && !m.help && m.over == nil {
			return true
		}
		go x.p.Send(tea.KeyMsg{Type: tea.KeyEsc})
		return false
	})
}

// key is a key that somebody may press on the stage: one of the program's, or of
// the instrument's, but for those that leave or keep files.
func (x *soak) key() (key string) {
	own := []string{" ", " ", ".", ".", ",", "left", "left", "right", "H", "L", "h", "l", "home", "end", "end", "g", "G", "+", "-", "tab",
		"up", "down", "O", "enter", "?", "?", "o", "o", "R", "[", "]", "T", "t", "n", "p", "Z", "1", "4"}
	if x.rand.IntN(40) == 0 {
		own = []string{"r", "B", "i"}
	}
	key = own[x.rand.IntN(len(own))]
	if x.rand.IntN(2) == 0 {
		x.ask(func(m *Model) {
			if s := m.session; s != nil && s.world != nil && len(s.world.Live.Offers) > 0 {
				if o := s.world.Live.Offers[x.rand.IntN(len(s.world.Live.Offers))]; o.Key != 0 {
					key = string(o.Key)
				}
			}
		})
	}
	if x.rand.IntN(20) == 0 {
		x.p.Send(tea.WindowSizeMsg{Width: 60 + x.rand.IntN(120), Height: 20 + x.rand.IntN(40)})
	}
	return key
}

// checkpoint holds time and compares the fds of the world with those of the kernel.
// The kernel is asked between two looks that tell the same.
func (x *soak) checkpoint() {
	held := func(m *Model) bool {
		return m.session != nil && m.session.run != nil && !m.session.over && m.session.State() == player.Held
	}
	x.ask(func(m *Model) { m.help, m.over, m.output = false, nil, false })
	for _, key := range []string{"end", " "} {
		var is bool
		if x.ask(func(m *Model) { is = held(m) }); !is {
			x.press(key)
		}
	}
	for range 20 {
		var open [2][]string
		var pid int
		look := func(i int) func(m *Model) {
			return func(m *Model) {
				if !held(m) || m.session.lost > 0 {
					pid = 0
					return
				}
				open[i], pid = worldFDs(m.session), m.session.run.Pid()
			}
		}
		if x.ask(look(0)); pid == 0 {
			return
		}
		time.Sleep(3 * frame) // what was recorded before is read
		kernel := kernelFDs(pid)
		time.Sleep(3 * frame)
		if x.ask(look(1)); pid == 0 || len(kernel) == 0 {
			return
		}
		if !slices.Equal(open[0], open[1]) {
			continue // one that was not held has opened or closed something
		}
		for _, fd := range open[0] {
			if x.compared++; !slices.Contains(kernel, fd) {
				x.t.Errorf("the stage has %s open; the kernel has %q", fd, kernel)
			}
		}
		return
	}
}

// worldFDs are the fds that are open on the stage: "5 pipe". What the program did
// not open by the lab is a stranger, and only known from hearsay.
func worldFDs(s *session) (open []string) {
	for _, f := range s.world.Live.FDs {
		if f.Closed == 0 && !f.Stranger {
			kind := ""
			for _, k := range []string{"pipe", "socket"} {
				if strings.HasPrefix(f.What, k) {
					kind = " " + k
				}
			}
			open = append(open, fmt.Sprintf("%d%s", f.Number, kind))
		}
	}
	return open
}

// kernelFDs are those of a process, each with and without its kind.
func kernelFDs(pid int) (open []string) {
	dir := fmt.Sprintf("/proc/%d/fd", pid)
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		to, _ := os.Readlink(filepath.Join(dir, e.Name()))
		kind, _, _ := strings.Cut(to, ":")
		open = append(open, e.Name(), e.Name()+" "+kind)
	}
	return open
}

// size waits for what ends by itself, at most until nothing is too large.
func (x *soak) size(before size) (s size) {
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		runtime.GC()
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		fds, _ := os.ReadDir("/proc/self/fd")
		threads, _ := os.ReadDir("/proc/self/task")
		s = size{len(fds), runtime.NumGoroutine(), len(threads), int(mem.HeapAlloc >> 20)}
		settled := before == size{} && time.Until(end) < 17*time.Second || before != size{} && s.over(before) == ""
		if settled || time.Now().After(end) {
			return s
		}
	}
}

// end leaves, and looks for what is left.
func (x *soak) end() {
	x.p.Quit()
	<-x.ended
	x.m.Close()
	if left, _ := os.ReadDir(os.Getenv("TMPDIR")); len(left) > 0 {
		x.t.Errorf("left behind: %v", left)
	}
}
