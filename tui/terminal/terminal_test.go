package terminal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/term"
	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"fdlab/lab/skip"
	_ "fdlab/tui/firstframe" // as the instrument: without it the terminal is asked before a signal is heeded
)

// shown tells the test binary to show a model, as the instrument does.
const shown = "TERMINAL_TEST_SHOW"

func TestMain(m *testing.M) {
	models := map[string]tea.Model{"stuck": stuck{}, "busy": busy{}, "lossy": lossy{}, "limited": limited{},
		"lends":                 lends{script: `trap 'echo struck' INT; echo it edits; until read line; do :; done; echo "it read $line"; exit 7`},
		"lends to who heeds":    lends{script: `trap 'echo kept; exit 1' TERM HUP; echo it edits; while :; do sleep 0.1; done`},
		"lends to who does not": lends{script: `trap '' TERM HUP; echo it edits: $$ is the editor; while :; do sleep 0.1; done`},
	}
	model, ok := models[os.Getenv(shown)]
	if !ok {
		os.Exit(skip.Slow(m))
	}
	err := Run(model, func() { fmt.Fprint(os.Stdout, "the children end") })
	Say(fmt.Sprint(err))
	var ended *Ended
	if errors.As(err, &ended) {
		os.Exit(ended.Status())
	}
}

// stuck is a model that hangs at the first key.
type stuck struct{}

func (stuck) Init() tea.Cmd { return nil }
func (stuck) View() string  { return "ready" }
func (stuck) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(tea.KeyMsg); ok {
		fmt.Fprint(os.Stdout, "hangs")
		select {}
	}
	return stuck{}, nil
}

// busy is a model that always has something new to draw, and leaves at q.
type busy struct{ n int }

func (b busy) Init() tea.Cmd { return func() tea.Msg { return b } }
func (b busy) View() string  { return "ready" + strings.Repeat(fmt.Sprint("\n", b.n), 20) }
func (b busy) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		if s := msg.String(); s == "q" || s == "ctrl+c" {
			return b, tea.Quit
		}
	case busy:
		b.n = msg.n + 1
		return b, func() tea.Msg { time.Sleep(time.Millisecond); return b }
	}
	return b, nil
}

// lossy is a model that says something else after a key, while the terminal takes nothing
// until all was twice to be painted anew: so a write has failed, and so has a repaint. It
// leaves at the next key.
type lossy struct {
	later    bool
	terminal int // a copy of fd 1
	repaints int // that were asked for
}

func (lossy) Init() tea.Cmd { return nil }
func (l lossy) View() string {
	if l.later {
		return "this was lost"
	}
	return "ready"
}
func (l lossy) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if l.later && msg == tea.ClearScreen() {
		if l.repaints++; l.repaints == 2 {
			unix.Dup2(l.terminal, 1)
		}
		return l, nil
	}
	if _, ok := msg.(tea.KeyMsg); !ok {
		return l, nil
	}
	if l.later {
		return l, tea.Quit
	}
	kept, err := unix.Dup(1)
	deaf, no := unix.Open(os.DevNull, unix.O_RDONLY, 0)
	if err := errors.Join(err, no, unix.Dup2(deaf, 1)); err != nil {
		panic(err)
	}
	return lossy{later: true, terminal: kept}, nil
}

// limited is a model that writes a file at a key, in a shell with `ulimit -f 0`.
type limited struct{ err error }

func (limited) Init() tea.Cmd  { return nil }
func (l limited) View() string { return fmt.Sprint("ready: ", l.err) }
func (l limited) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(tea.KeyMsg); !ok {
		return l, nil
	}
	if l.err != nil {
		return l, tea.Quit
	}
	file, err := os.CreateTemp("", "limited")
	if err := errors.Join(err, unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{})); err != nil {
		panic(err)
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString("results")
	return limited{err}, nil
}

// lends is a model that gives the terminal to a program at the key e, shows how that has
// ended, and leaves at q.
type lends struct{ script, ended string }

func (lends) Init() tea.Cmd  { return nil }
func (l lends) View() string { return "ready" + l.ended }
func (l lends) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		switch msg.String() {
		case "e":
			return l, Lend(exec.Command("sh", "-c", l.script), func(err error) tea.Msg { return err })
		case "q":
			return l, tea.Quit
		}
	case error:
		l.ended = ", back: " + msg.Error()
	}
	return l, nil
}

// shownIn is a program that shows a model in a terminal.
type shownIn struct {
	*exec.Cmd
	master, slave *os.File
	before        *term.State
}

func show(t *testing.T, model string, attr *syscall.SysProcAttr) *shownIn {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	pty.Setsize(master, &pty.Winsize{Cols: 80, Rows: 24})
	x := &shownIn{Cmd: exec.Command(os.Args[0]), master: master, slave: slave}
	if x.before, err = term.GetState(slave.Fd()); err != nil {
		t.Fatal(err)
	}
	x.Env = append(os.Environ(), shown+"="+model, "TERM=xterm-256color")
	x.Stdin, x.Stdout, x.Stderr, x.SysProcAttr = slave, slave, slave, attr
	if err := x.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		x.Process.Kill()
		x.Wait()
		master.Close()
		slave.Close()
	})
	return x
}

var session = &syscall.SysProcAttr{Setsid: true, Setctty: true}

// ends waits for the end, and for the terminal's settings as they were.
func (x *shownIn) ends(t *testing.T, status ...int) {
	t.Helper()
	ended := make(chan struct{})
	go func() { x.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatal("it does not end")
	}
	if !slices.Contains(status, x.ProcessState.ExitCode()) {
		t.Errorf("%v, want exit status %d", x.ProcessState, status)
	}
	if after, err := term.GetState(x.slave.Fd()); err != nil || *after != *x.before {
		t.Errorf("the terminal's settings are %+v, %v; they were %+v", after, err, x.before)
	}
}

// TestAStuckModelEndsAtASignal, with the terminal as it was.
func TestAStuckModelEndsAtASignal(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT} {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			x := show(t, "stuck", session)
			said := listen(x.master)
			said.await(t, "ready")
			io.WriteString(x.master, "k")
			said.await(t, "hangs")
			x.Process.Signal(s)
			x.ends(t, 128+int(s))
			for _, want := range []string{"\x1b[?1049l", "\x1b[?25h", "the children end"} {
				said.await(t, want)
			}
		})
	}
}

// TestAStuckModelEndsAtAKey, though other keys were pressed before, of which the
// model takes none.
func TestAStuckModelEndsAtAKey(t *testing.T) {
	for name, key := range map[string]string{"q": "q", "Escape": "\x1b", "Ctrl-C": "\x03"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := show(t, "stuck", session)
			said := listen(x.master)
			said.await(t, "ready")
			io.WriteString(x.master, "k")
			said.await(t, "hangs")
			for _, other := range []string{"a", " ", "\x1b[A"} {
				io.WriteString(x.master, other)
				await(t, "the key to be read", func() bool { return !can(unix.POLLIN, x.slave) })
			}
			io.WriteString(x.master, key)
			x.ends(t, 130)
			said.await(t, "\x1b[?1049l")
		})
	}
}

// TestATerminalThatNeverReads stops no end.
func TestATerminalThatNeverReads(t *testing.T) {
	ends := map[string]func(*shownIn){
		"q":    func(x *shownIn) { io.WriteString(x.master, "q") },
		"TERM": func(x *shownIn) { x.Process.Signal(syscall.SIGTERM) },
		"HUP":  func(x *shownIn) { x.Process.Signal(syscall.SIGHUP) },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := show(t, "busy", session)
			await(t, "the terminal to be full", func() bool { return !can(unix.POLLOUT, x.slave) })
			end(x)
			x.ends(t, 0, map[string]int{"q": 130, "TERM": 143, "HUP": 129}[name])
		})
	}
}

// TestWhatWasNotWrittenIsPaintedAnew: nothing changes any more, and Bubble Tea takes it
// for painted. At the end, too, something may not have been written.
func TestWhatWasNotWrittenIsPaintedAnew(t *testing.T) {
	x := show(t, "lossy", session)
	said := listen(x.master)
	said.await(t, "ready")
	io.WriteString(x.master, "k")
	said.await(t, "this was lost")
	io.WriteString(x.master, "k")
	x.ends(t, 0)
	said.await(t, ordinary)
}

// TestAFileThatMayNotGrow is an error, and no end.
func TestAFileThatMayNotGrow(t *testing.T) {
	x := show(t, "limited", session)
	said := listen(x.master)
	said.await(t, "ready")
	io.WriteString(x.master, "k")
	said.await(t, unix.EFBIG.Error())
	io.WriteString(x.master, "k")
	x.ends(t, 0)
}

// TestAProgramHasTheTerminalToItself, its keys and its Ctrl-C; and then the model has it
// again.
func TestAProgramHasTheTerminalToItself(t *testing.T) {
	x := show(t, "lends", session)
	said := listen(x.master)
	said.await(t, "ready")
	io.WriteString(x.master, "e")
	said.await(t, "it edits")
	if now, err := term.GetState(x.slave.Fd()); err != nil || *now != *x.before {
		t.Errorf("meanwhile the terminal's settings are %+v, %v; they were %+v", now, err, x.before)
	}
	io.WriteString(x.master, "\x03")
	said.await(t, "struck")
	io.WriteString(x.master, "qqq\n")
	said.await(t, "it read qqq")
	said.await(t, "ready, back: exit status 7")
	io.WriteString(x.master, "q")
	x.ends(t, 0)
}

// TestASignalEndsTheProgramThatHasTheTerminal, and then this one: an editor keeps what is
// not saved. One that does not heed it is killed, or two programs would have the terminal.
func TestASignalEndsTheProgramThatHasTheTerminal(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			x := show(t, "lends to who heeds", session)
			said := listen(x.master)
			said.await(t, "ready")
			io.WriteString(x.master, "e")
			said.await(t, "it edits")
			x.Process.Signal(s)
			said.await(t, "kept")
			x.ends(t, 0)
		})
		t.Run(s.String()+", not heeded", func(t *testing.T) {
			t.Parallel()
			x := show(t, "lends to who does not", session)
			said := listen(x.master)
			said.await(t, "ready")
			io.WriteString(x.master, "e")
			_, after, _ := strings.Cut(said.await(t, " is the editor"), "it edits: ")
			editor, err := strconv.Atoi(strings.Fields(after)[0])
			if err != nil {
				t.Fatal(err)
			}
			x.Process.Signal(s)
			x.ends(t, 128+int(s))
			await(t, "the editor's end", func() bool { return unix.Kill(editor, 0) == unix.ESRCH })
		})
	}
}

// TestATerminalThatIsGone: no SIGHUP says so, for it is no controlling terminal.
func TestATerminalThatIsGone(t *testing.T) {
	x := show(t, "busy", &syscall.SysProcAttr{Setsid: true})
	said := listen(x.master)
	said.await(t, "ready")
	x.slave.Close()
	x.master.Close()
	ended := make(chan struct{})
	go func() { x.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatal("it does not end")
	}
}

// can reports whether a terminal has keys to be read (POLLIN) or room (POLLOUT).
func can(what int16, f *os.File) bool {
	ready := []unix.PollFd{{Fd: int32(f.Fd()), Events: what}}
	n, _ := unix.Poll(ready, 0)
	return n == 1
}

func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited in vain for ", what)
		}
	}
}

func TestQuitKeys(t *testing.T) {
	for _, c := range []struct {
		sent []string
		want quitKey
	}{
		{[]string{"k"}, stays},
		{[]string{"\x1b[A"}, stays},
		{[]string{"q"}, mayLeave},
		{[]string{"\x1b"}, mayLeave},
		{[]string{"aq"}, mayLeave},
		{[]string{"q\x03"}, leaves},
		{[]string{"\x1b[200~qqq\x03\x1b[201~"}, stays},
		{[]string{"\x1b[200~qqq", "q\x03", "\x1b[201~"}, stays},
		{[]string{"\x1b[200~qqq\x1b[201~", "q"}, mayLeave},
	} {
		var k quitKeys
		found := stays
		for _, sent := range c.sent {
			found = max(found, k.in([]byte(sent)))
		}
		if found != c.want {
			t.Errorf("%q: %d, want %d", c.sent, found, c.want)
		}
	}
}

// words are what a program has written to its terminal.
type words struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func listen(master *os.File) *words {
	w := &words{}
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := master.Read(buf)
			w.mu.Lock()
			w.all.Write(buf[:n])
			w.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return w
}

// await waits for a text, and returns all that was written by then.
func (w *words) await(t *testing.T, text string) (said string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		w.mu.Lock()
		said = w.all.String()
		w.mu.Unlock()
		if strings.Contains(said, text) {
			return said
		}
		if time.Now().After(end) {
			t.Fatalf("it never wrote %q, but %q", text, said)
		}
	}
}
