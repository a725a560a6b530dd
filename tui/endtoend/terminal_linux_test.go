package endtoend

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"fdlab/tui/grid"
)

// limit ends a test that waits in vain. On a new machine, where a run begins with
// compiling and others compile too, a sound one may take a minute.
const limit = 4 * time.Minute

// Keys that are no letters, as a terminal sends them.
const (
	enter = "\r"
	left  = "\x1b[D"
	right = "\x1b[C"
	end   = "\x1b[F"
	space = " "
)

// options say how the instrument is started. The zero options give 120x40 in a
// private copy of the clone.
type options struct {
	clone  string     // the folder that it is started in
	args   []string   // its arguments
	by     []string   // what starts it: a command line that the instrument's is added to
	files  []*os.File // what it inherits, from fd 3 on
	env    []string   // added to the environment that all tests have
	w, h   int        // the terminal's size
	silent bool       // the terminal never answers a question
	cells  bool       // keep the colours of each frame
	temp   string     // TMPDIR of an instrument before it, which left something there; "": its own
}

// terminal is the instrument in a pseudo-terminal.
type terminal struct {
	t        testing.TB
	cmd      *exec.Cmd
	master   *os.File // the terminal's side
	slave    *os.File // the program's side, kept open so that its settings stay
	before   *unix.Termios
	temp     string // the program's TMPDIR, its own: see family
	races    string // where the race detector writes its reports
	silent   bool
	cells    bool
	drained  chan struct{} // closed when all that was written has been read
	exited   chan struct{} // closed when the program has ended
	finished bool          // finish was called

	mu     sync.Mutex
	emu    *vt.Emulator
	raw    bytes.Buffer // all that the program wrote
	frames []frame      // each complete frame that was drawn
	at     int          // see looks from this frame on
	last   int          // see feed
}

type frame struct {
	text  screen
	cells *grid.Grid
}

// start runs the instrument. It is ended, and looked after, when the test ends.
func start(t testing.TB, o options) *terminal {
	t.Helper()
	if o.clone == "" {
		o.clone = clone(t)
	}
	if o.w == 0 {
		o.w, o.h = 120, 40
	}
	x := &terminal{
		t: t, temp: filepath.Join(t.TempDir(), "tmp"), silent: o.silent, cells: o.cells,
		drained: make(chan struct{}), exited: make(chan struct{}), emu: vt.NewEmulator(o.w, o.h),
	}
	x.races = filepath.Join(filepath.Dir(x.temp), "race")
	if o.temp != "" {
		x.temp = o.temp
	} else if err := os.Mkdir(x.temp, 0o755); err != nil {
		t.Fatal(err)
	}
	var err error
	if x.master, x.slave, err = pty.Open(); err != nil {
		t.Fatal(err)
	}
	x.size(o.w, o.h)
	x.before = x.settings()
	line := append(append(slices.Clone(o.by), binary), o.args...)
	x.cmd = exec.Command(line[0], line[1:]...)
	x.cmd.Dir = o.clone
	x.cmd.Env = append(environment(x), o.env...)
	x.cmd.Stdin, x.cmd.Stdout, x.cmd.Stderr = x.slave, x.slave, x.slave
	x.cmd.ExtraFiles = o.files
	x.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := x.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.cleanup)
	go x.read()
	go x.answer()
	go func() {
		x.cmd.Wait()
		close(x.exited)
	}()
	return x
}

// environment is that of a plain terminal in UTF-8: what the person who runs
// the tests has set must not change what they see. What the go command needs
// stays.
func environment(x *terminal) []string {
	var env []string
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		switch {
		case name == "GOTMPDIR" || name == "GOFLAGS" || name == "GORACE":
		case name == "PATH" || name == "HOME" || name == "USER" || strings.HasPrefix(name, "GO") || strings.HasPrefix(name, "XDG_"):
			env = append(env, e)
		}
	}
	return append(env,
		"TERM=xterm-256color", "COLORTERM=truecolor", "LANG=C.UTF-8", "TMPDIR="+x.temp,
		"GORACE=exitcode=0 log_path="+x.races, // a race is reported by cleanup
		// A copied clone finds what another has compiled already.
		"GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -trimpath"))
}

// settings returns the terminal's settings: tcgetattr(3).
func (x *terminal) settings() *unix.Termios {
	x.t.Helper()
	s, err := unix.IoctlGetTermios(int(x.slave.Fd()), unix.TCGETS)
	if err != nil {
		x.t.Fatal(err)
	}
	return s
}

// size gives the pseudo-terminal a size. The kernel tells the program: SIGWINCH.
func (x *terminal) size(w, h int) {
	x.t.Helper()
	if err := pty.Setsize(x.master, &pty.Winsize{Cols: uint16(w), Rows: uint16(h)}); err != nil {
		x.t.Fatal(err)
	}
}

// resize is what a student does with the corner of the window.
func (x *terminal) resize(w, h int) {
	x.t.Helper()
	x.mu.Lock()
	x.emu.Resize(w, h)
	x.at = len(x.frames) // no frame of the old size counts any more
	x.mu.Unlock()
	x.size(w, h)
}

// read feeds the emulator until the program's side is closed.
func (x *terminal) read() {
	defer close(x.drained)
	buf := make([]byte, 32<<10)
	for {
		n, err := x.master.Read(buf)
		x.mu.Lock()
		x.raw.Write(buf[:n])
		x.feed(buf[:n])
		x.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// feed hands bytes to the emulator, and keeps the screen at the end of each
// frame: there bubbletea moves the cursor to the last row (CSI row H), and
// nowhere else does it write that sequence with a number.
func (x *terminal) feed(p []byte) {
	from := 0
	for i, c := range p {
		digit := '0' <= c && c <= '9'
		switch {
		case c == 0x1b:
			x.last = escape
		case x.last == escape && c == '[':
			x.last = bracket
		case x.last >= bracket && (digit || c == ';'):
			x.last = number
		case x.last == number && c == 'H':
			x.last = other
			x.emu.Write(p[from : i+1])
			from = i + 1
			x.keep()
		default:
			x.last = other
		}
	}
	x.emu.Write(p[from:])
}

// What feed has read of a sequence.
const (
	other = iota
	escape
	bracket
	number
)

// keep keeps the frame that was just completed.
func (x *terminal) keep() {
	f := frame{text: textOf(x.emu)}
	if x.cells {
		f.cells = gridOf(x.emu)
	}
	x.frames = append(x.frames, f)
}

// answer sends what a real terminal answers to questions.
func (x *terminal) answer() {
	buf := make([]byte, 256)
	for {
		n, err := x.emu.Read(buf)
		if err != nil {
			return
		}
		if !x.silent {
			x.master.Write(buf[:n])
		}
	}
}

// press sends keys, one after another. bubbletea takes letters that arrive
// together for one key press, as in a paste: wait (see) between them.
func (x *terminal) press(key string) {
	x.t.Helper()
	x.mu.Lock()
	x.at = max(len(x.frames)-1, 0)
	x.mu.Unlock()
	if _, err := io.WriteString(x.master, key); err != nil {
		x.t.Fatalf("pressing %q: %v", key, err)
	}
}

// click presses and releases the left button; x and y count from 0.
func (x *terminal) click(column, row int) {
	x.press(fmt.Sprintf("\x1b[<0;%d;%dM\x1b[<0;%d;%dm", column+1, row+1, column+1, row+1))
}

// wheelDown turns the wheel by one notch.
func (x *terminal) wheelDown() { x.press("\x1b[<65;40;12M") }

// see waits for a frame with which the condition holds. It looks at every
// frame since the last key, and since the last one that was seen.
func (x *terminal) see(what string, holds func(screen) bool) screen {
	x.t.Helper()
	return x.seeFrame(what, holds).text
}

func (x *terminal) seeFrame(what string, holds func(screen) bool) frame {
	x.t.Helper()
	for deadline := time.Now().Add(limit); ; time.Sleep(2 * time.Millisecond) {
		x.mu.Lock()
		first := x.at
		for ; x.at < len(x.frames); x.at++ {
			if f := x.frames[x.at]; holds(f.text) {
				x.mu.Unlock()
				return f
			}
		}
		if x.at > first {
			x.at-- // the last one is still on the screen
		}
		x.mu.Unlock()
		select {
		case <-x.exited:
			x.t.Fatalf("the instrument ended (%v); it should have shown %s\n%v", x.cmd.ProcessState, what, x.now())
		default:
		}
		if time.Now().After(deadline) {
			x.t.Fatalf("the screen never showed %s; now it shows\n%v", what, x.now())
		}
	}
}

// now returns what the screen shows at this moment.
func (x *terminal) now() screen {
	x.mu.Lock()
	defer x.mu.Unlock()
	return textOf(x.emu)
}

// written returns all bytes that the instrument wrote.
func (x *terminal) written() []byte {
	x.mu.Lock()
	defer x.mu.Unlock()
	return bytes.Clone(x.raw.Bytes())
}

// wait waits for the instrument's end and returns its exit status; -1 stands
// for a signal.
func (x *terminal) wait() int {
	x.t.Helper()
	select {
	case <-x.exited:
	case <-time.After(limit):
		x.t.Fatalf("the instrument does not end; it shows\n%v", x.now())
	}
	return x.cmd.ProcessState.ExitCode()
}
