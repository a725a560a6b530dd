package endtoend

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/skip"
)

// fault is one row of the table: what may go wrong around the instrument, and
// what the student must then see.
type fault struct {
	row     string
	options func(t *testing.T) options
	// play brings the fault about and returns what was seen. The instrument has
	// ended when it returns, or is left by cleanup.
	play func(x *terminal) (seen string)
	when when
}

// when says in which runs of the tests a row is played.
type when uint8

const (
	always when = iota
	// What a test of another package tells sooner, or another row nearly is.
	wholeTable
)

// table is the variable that says how much of the table is played: "all".
const table = "FDLAB_FAULTS"

// TestFaults is the fault table. Each row ends with nothing left behind and the
// terminal as it was. This plays all of it, and prints what was seen:
//
//	FDLAB_FAULTS=all go test ./tui/endtoend -run TestFaults -v
func TestFaults(t *testing.T) {
	var mu sync.Mutex
	lines := map[string]string{}
	t.Cleanup(func() {
		if testing.Verbose() {
			printTable(lines)
		}
	})
	for _, f := range faults {
		t.Run(f.row, func(t *testing.T) {
			if f.when == wholeTable && os.Getenv(table) != "all" {
				t.Skipf("not without %s=all", table)
			}
			t.Parallel()
			o := options{}
			if f.options != nil {
				o = f.options(t)
			}
			x := start(t, o)
			seen := f.play(x)
			x.wait()
			left, after := x.leftBehind(), x.terminalAfter()
			if left != "nothing" {
				t.Errorf("left behind: %s", left)
			}
			if after != "as before" && f.row != killed { // what no program can help
				t.Errorf("the terminal after: %s", after)
			}
			if t.Failed() {
				seen = "FAILED: " + seen
			}
			mu.Lock()
			lines[f.row] = strings.Join([]string{f.row, left, after, seen}, "\t")
			mu.Unlock()
		})
	}
}

// printTable prints the rows that were played, in the table's order. A row that was
// played and has no line has failed before its end.
func printTable(lines map[string]string) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nrow\tleft behind\tthe terminal after\tseen")
	for _, f := range faults {
		if line, ok := lines[f.row]; ok {
			fmt.Fprintln(w, line)
		}
	}
	w.Flush()
	fmt.Println()
}

// leftBehind waits for the processes to end, and says which and what files stay.
func (x *terminal) leftBehind() string {
	for end := time.Now().Add(limit / 4); len(x.family()) > 0 && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	var left []string
	for _, pid := range x.family() {
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		left = append(left, fmt.Sprintf("process %q", line))
	}
	files, _ := os.ReadDir(x.temp)
	fifos, _ := filepath.Glob(filepath.Join(x.cmd.Dir, "*.fifo"))
	for _, f := range files {
		left = append(left, f.Name())
	}
	if left = append(left, fifos...); len(left) == 0 {
		return "nothing"
	}
	return strings.Join(left, ", ")
}

// terminalAfter says what of the terminal's settings and modes is not as it was.
func (x *terminal) terminalAfter() string {
	var wrong []string
	if !reflect.DeepEqual(x.settings(), x.before) {
		wrong = append(wrong, "raw mode")
	}
	x.close()
	for mode, on := range x.modes() {
		if on != (mode == "25") {
			wrong = append(wrong, fmt.Sprintf("mode %s: %t", mode, on))
		}
	}
	if len(wrong) == 0 {
		return "as before"
	}
	return strings.Join(wrong, ", ")
}

// killed is the row after which the terminal stays as it was under the instrument.
const killed = "SIGKILL and the next start"

// faults are the rows; the race detector takes no comma and no = in a name. Those
// that need a quarter of an hour, or another kernel, are not here.
var faults = []fault{
	{"SIGQUIT", nil, dies(syscall.SIGQUIT), always},
	{"SIGABRT", nil, dies(syscall.SIGABRT), wholeTable},
	{"SIGINT", nil, dies(syscall.SIGINT), always},
	{"SIGTERM", nil, dies(syscall.SIGTERM), always},
	{"SIGHUP", nil, dies(syscall.SIGHUP), always},
	{killed, nil, killedThenStarted, always},
	{"SIGTSTP and fg", inAShell, stoppedAndContinued, always},
	{"SIGTSTP without a shell", nil, stoppedByNobody, wholeTable},
	{"SIGSTOP and SIGCONT", nil, stoppedUnseen, always},
	{"ulimit -n 8", limited("-n 8"), refused("ulimit -n"), always},
	{"ulimit -f 8", limited("-f 8"), notBuilt("limits the size of files", "ulimit -f unlimited"), always},
	{"no memfd_create", forbidding("memfd"), runs, always},
	{"no proc file system", forbidding("proc"), notBuilt("/proc is not there", "mount -t proc"), wholeTable},
	{"no proc but GOROOT", func(t *testing.T) options {
		goroot, err := exec.Command("go", "env", "GOROOT").Output()
		if err != nil {
			t.Fatal(err)
		}
		o := forbidding("proc")(t)
		o.env = append(o.env, "GOROOT="+strings.TrimSpace(string(goroot)))
		return o
	}, runs, wholeTable},
	{"TMPDIR is full", forbidding("full"), notBuilt("no room left", "TMPDIR"), always},
	{"TMPDIR is read-only", forbidding("read-only"), notBuilt("temporary files", "TMPDIR"), wholeTable},
	{"HOME is not set", with("HOME=", "XDG_CACHE_HOME=", "GOPATH=", "GOCACHE=", "GOMODCACHE="), notBuilt("HOME is not set", "export HOME="), wholeTable},
	{"GOFLAGS is broken", with("GOFLAGS=foo"), notBuilt("GOFLAGS holds a flag", "unset GOFLAGS"), wholeTable},
	{"no network and no modules", func(t *testing.T) options {
		return options{env: []string{"GOPROXY=off", "GOMODCACHE=" + t.TempDir(), "GOFLAGS=-modcacherw"}}
	}, notBuilt("not on this machine", "go mod download"), always},
	{"another processor is set", with("GOARCH=riscv64"), runs, wholeTable},
	{"TERM is dumb", with("TERM=dumb"), refused("TERM", "go run ./"), always},
	{"an unknown flag", arguments("-\x1b[31mx"), refused(`-\x1b[31mx`, "try -h"), wholeTable},
	{"an unknown word", arguments("chekc"), refused(`unknown word "chekc"`, "check"), always},
	{"a program says why", running(`package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "all ports are taken: close a program")
	os.Exit(1)
}
`), shown("all ports are taken: close a program"), always},
	{"a daemon of the program", running(`package main

import (
	"fmt"
	"os/exec"
	"syscall"
	"time"
)

func main() {
	daemon := exec.Command("sleep", "600")
	daemon.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	fmt.Println(daemon.Start())
	time.Sleep(time.Second)
}
`), shown("ENDED", "exit status 0"), always},
	{"counters written over", running(`package main

import (
	"syscall"
	"time"
	"unsafe"

	"fdlab/lab/trace"
)

func main() {
	rec := trace.Process()
	rec.Put(&trace.Record{Kind: trace.Note, FD: trace.NoFD, Str: rec.String("counters")})
	ring, err := syscall.Mmap(3, 0, 4096, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		panic(err)
	}
	time.Sleep(300 * time.Millisecond)
	for at := 24; at < 4096; at += 8 {
		*(*uint64)(unsafe.Pointer(&ring[at])) = 1 << 63
	}
	time.Sleep(300 * time.Millisecond)
}
`), noNegative, always},
	{"a new thread each record", flooding(`rec.Put(&trace.Record{Kind: trace.ThreadBegin, FD: trace.NoFD, Thread: n, Time: int64(n) * 1000})`), stillLeaves("q"), always},
	{"a new thread and SIGTERM", flooding(`rec.Put(&trace.Record{Kind: trace.ThreadBegin, FD: trace.NoFD, Thread: n, Time: int64(n) * 1000})`), stillLeaves(""), wholeTable},
	{"callbacks without an end", flooding(`rec.Put(&trace.Record{Kind: trace.CallbackBegin, FD: 5, A: 2, Base: 1, Time: time.Since(begun).Nanoseconds()})`), notHeld, always},
	{"a stopped program", running(poked), stoppedProgram, always},
	{"a paste and other layouts", nil, input, always},
}

func with(env ...string) func(*testing.T) options {
	return func(*testing.T) options { return options{env: env} }
}

func arguments(args ...string) func(*testing.T) options {
	return func(*testing.T) options { return options{args: args} }
}

// limited starts the instrument in a shell that sets a limit.
func limited(ulimit string) func(*testing.T) options {
	return func(*testing.T) options {
		return options{by: []string{"/bin/sh", "-c", "ulimit " + ulimit + `; exec "$0" "$@"`}}
	}
}

// forbidding starts it in a world in which something is missing: see deprive.
func forbidding(what string) func(*testing.T) options {
	return func(t *testing.T) options {
		if os.Getuid() != 0 && what != "memfd" {
			skip.Missing(t, "needs a mount namespace: run it as root")
		}
		return options{env: []string{without + "=" + what}, by: []string{os.Args[0]}}
	}
}

// running has a program in place of lesson 01.
func running(source string) func(*testing.T) options {
	return func(t *testing.T) options {
		dir := clone(t)
		program(t, dir, source)
		return options{clone: dir}
	}
}

// toStage goes to the stage of lesson 01 and starts it.
func (x *terminal) toStage() {
	x.see("the course", shows("a lab bench for file descriptors"))
	x.press(enter)
	x.see("the lesson", shows("Predict", "Recall"))
	x.press("r")
}

// dies ends the instrument with a signal while a lesson runs.
func dies(s syscall.Signal) func(*terminal) string {
	return func(x *terminal) string {
		x.toStage()
		x.see("the first step", oneRow("step 1 of 3"))
		x.cmd.Process.Signal(s)
		status := x.wait()
		want := map[syscall.Signal]int{syscall.SIGTERM: 0, syscall.SIGHUP: 0}
		expected, ok := want[s]
		if !ok {
			expected = 128 + int(s)
		}
		if status != expected {
			x.t.Errorf("exit status %d, want %d", status, expected)
		}
		if s == syscall.SIGINT && strings.Contains(x.now().words(), "killed") {
			x.t.Errorf("an interrupt is told as a killing:\n%v", x.now())
		}
		return fmt.Sprintf("exit status %d", status)
	}
}

// inAShell starts the instrument as a job, as a shell does. The shell says that
// the job has stopped, and lets it go on (fg) when Enter is pressed.
func inAShell(*testing.T) options {
	return options{by: []string{"/bin/sh", "-c", `set -m
"$0" "$@"
while [ $? -gt 128 ]; do echo STOPPED; read line; fg; done`}}
}

// stoppedAndContinued: the shell has a sound terminal while the instrument is
// stopped, by a signal or by Ctrl-Z; after fg the keyboard and the mouse work.
func stoppedAndContinued(x *terminal) string {
	x.see("the course", shows("a lab bench for file descriptors"))
	for i, stop := range []func(){
		func() { syscall.Kill(x.instrument(), syscall.SIGTSTP) },
		func() { x.press("\x1a") },
	} {
		stop()
		x.await("the shell's word", func() bool { return bytes.Count(x.written(), []byte("STOPPED")) > i })
		if s := x.settings(); s.Lflag&syscall.ICANON == 0 || s.Lflag&syscall.ECHO == 0 {
			x.t.Errorf("the stopped instrument leaves raw mode: %+v", s)
		}
		for mode, on := range x.modes() {
			if on != (mode == "25") {
				x.t.Errorf("the stopped instrument leaves mode %s: %t", mode, on)
			}
		}
		x.press("\n")
		x.see("the course again", shows("a lab bench for file descriptors"))
		x.press("?")
		x.see("that the keyboard works", not(shows("a lab bench for file descriptors")))
		x.await("the mouse", func() bool { return x.modes()["1002"] && x.modes()["1006"] && x.modes()["1049"] })
		x.press("?")
		x.see("the course", shows("a lab bench for file descriptors"))
	}
	x.press("q")
	return "a sound shell, then the keyboard and the mouse again"
}

// instrument returns the process id of the instrument where a shell has started it.
func (x *terminal) instrument() int {
	for _, pid := range x.family() {
		if exe, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)); exe == binary {
			return pid
		}
	}
	x.t.Fatal("the instrument does not run")
	return 0
}

// stoppedByNobody: where no shell could let it go on, it does not stop.
func stoppedByNobody(x *terminal) string {
	x.see("the course", shows("a lab bench for file descriptors"))
	x.cmd.Process.Signal(syscall.SIGTSTP)
	x.press("\x1a")
	x.press("?")
	x.see("that the keyboard works", not(shows("a lab bench for file descriptors")))
	x.press("\x03")
	return "it goes on"
}

// stoppedUnseen: a shell or a program has used the terminal meanwhile.
func stoppedUnseen(x *terminal) string {
	x.see("the course", shows("a lab bench for file descriptors"))
	x.cmd.Process.Signal(syscall.SIGSTOP)
	x.await("it is stopped", func() bool {
		stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", x.cmd.Process.Pid))
		return strings.Contains(string(stat), ") T ")
	})
	x.slave.WriteString("\x1b[?1049l\x1b[2Jrubbish") // what another has written
	unix.IoctlSetTermios(int(x.slave.Fd()), unix.TCSETS, x.before)
	x.await("the rubbish", func() bool { return strings.Contains(x.now().words(), "rubbish") })
	x.mu.Lock()
	x.at = len(x.frames)
	x.mu.Unlock()
	x.cmd.Process.Signal(syscall.SIGCONT)
	x.see("the course, painted anew", func(s screen) bool {
		return shows("a lab bench for file descriptors")(s) && !strings.Contains(s.words(), "rubbish")
	})
	x.press("q")
	return "painted anew"
}

// killedThenStarted: what SIGKILL leaves is taken away by the next start.
func killedThenStarted(x *terminal) string {
	x.see("the course", shows("a lab bench for file descriptors"))
	x.press("2")
	x.see("the lesson", shows("Predict", "Recall"))
	x.press("r")
	fifo := filepath.Join(x.cmd.Dir, "event.fifo")
	x.await("the FIFO", func() bool { _, err := os.Lstat(fifo); return err == nil })
	// A lesson that learns of the instrument's end before it is killed takes its FIFO away.
	for _, lesson := range x.children() {
		syscall.Kill(lesson, syscall.SIGSTOP)
	}
	x.cmd.Process.Kill()
	x.wait()
	x.await("the children to end", func() bool { return len(x.family()) == 0 })
	if _, err := os.Lstat(fifo); err != nil {
		x.t.Fatal("the killed lesson left no FIFO: nothing is tested here")
	}
	then := time.Now().Add(-time.Hour) // it was long ago
	os.Chtimes(fifo, then, then)
	next := again(x)
	next.await("the FIFO to be taken away", func() bool { _, err := os.Lstat(fifo); return err != nil })
	next.press("q")
	next.wait()
	return "the next start took event.fifo away"
}

// again starts the instrument again in the clone of another.
func again(x *terminal) *terminal {
	y := start(x.t, options{clone: x.cmd.Dir, temp: x.temp})
	y.see("the course", shows("a lab bench for file descriptors"))
	return y
}

// refused: it says why it does not open, never opens the alternate screen for
// long, and ends with an error.
func refused(says ...string) func(*terminal) string {
	return func(x *terminal) string {
		if status := x.wait(); status < 1 {
			x.t.Errorf("exit status %d", status)
		}
		x.await("its words", func() bool { return strings.Contains(x.now().words(), says[0]) })
		return expect(x, says)
	}
}

// notBuilt: the stage says cause and cure, and does not blame the program.
func notBuilt(says ...string) func(*terminal) string {
	return func(x *terminal) string {
		x.toStage()
		x.see("the cause", func(s screen) bool { return strings.Contains(s.words(), says[0]) })
		seen := expect(x, says)
		if words := x.now().words(); strings.Contains(words, "does not compile") || strings.Contains(words, `\n`) {
			x.t.Errorf("it is told as a compile error, or raw:\n%v", x.now())
		}
		x.quit()
		return seen
	}
}

func expect(x *terminal, says []string) string {
	words := x.now().words()
	for _, want := range says {
		if !strings.Contains(words, want) {
			x.t.Errorf("%q is missing in\n%v", want, x.now())
		}
	}
	return strings.Join(says, " ... ")
}

// runs: all is as if nothing were missing.
func runs(x *terminal) string { return shown("ENDED", "the claim", "what decides")(x) }

func shown(texts ...string) func(*terminal) string {
	return func(x *terminal) string {
		x.toStage()
		x.see("what should be seen", func(s screen) bool {
			for _, text := range texts {
				if !strings.Contains(s.words(), text) {
					return false
				}
			}
			return true
		})
		x.quit()
		return strings.Join(texts, " ... ")
	}
}

func noNegative(x *terminal) string {
	x.toStage()
	s := x.see("that it was seen", func(s screen) bool { return strings.Contains(s.words(), "wrote over the memory of its trace") })
	if bytes.Contains(x.written(), []byte("-9,223")) || strings.Contains(s.words(), "records lost") {
		x.t.Errorf("an impossible number is shown:\n%v", s)
	}
	x.quit()
	return "wrote over the memory of its trace"
}

// quit leaves from anywhere.
func (x *terminal) quit() {
	x.press("\x03")
	x.wait()
}

// flooding has a program in place of lesson 01 that makes records without an end.
func flooding(record string) func(*testing.T) options {
	return running(`package main

import (
	"time"

	"fdlab/lab/trace"
)

func main() {
	rec, begun, n := trace.Process(), time.Now(), uint32(0)
	rec.Put(&trace.Record{Kind: trace.Note, FD: trace.NoFD, Str: rec.String("the flood begins")})
	for {
		for range 1000 {
			n++
			` + record + `
		}
		if n%100_000 == 0 && time.Since(begun) > time.Minute {
			return
		}
	}
}
`)
}

// stillLeaves: what it shows is bounded and says so, and the way out works.
func stillLeaves(key string) func(*terminal) string {
	return func(x *terminal) string {
		x.toStage()
		x.see("that not all is kept", oneRow("not kept"))
		began := time.Now()
		if key == "" {
			x.cmd.Process.Signal(syscall.SIGTERM)
		} else {
			x.press(key)
			x.see("the lesson", shows("Predict", "Recall"))
			x.press("\x03")
		}
		x.wait()
		return fmt.Sprintf("N not kept; it has ended %v later, with at most %d MiB", time.Since(began).Round(100*time.Millisecond), x.peak())
	}
}

// notHeld: the program has no gate, so HELD would be a lie.
func notHeld(x *terminal) string {
	x.toStage()
	x.see("the flood", oneRow("LIVE"))
	x.press(space)
	x.see("that it is not held", all(oneRow("NOT HELD"), oneRow("does not stop at the gate")))
	// What it may keep of the past is 64 MiB of records and 64 MiB of worlds.
	var mib int
	x.await("its memory", func() bool { mib = x.memory(); return mib > 0 })
	if mib > 500 {
		x.t.Errorf("the instrument takes %d MiB", mib)
	}
	x.quit()
	return fmt.Sprintf("NOT HELD ... does not stop at the gate; %d MiB", mib)
}

// memory is what the instrument takes of the machine's memory, in MiB.
func (x *terminal) memory() (mib int) {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", x.cmd.Process.Pid))
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	fmt.Sscan(after, &mib)
	return mib >> 10
}

// peak is the most that it took, in MiB; it has ended.
func (x *terminal) peak() int64 {
	return x.cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss >> 10
}

// poked is a program that waits for the key a.
const poked = `package main

import "fdlab/lab/experiment"

func main() {
	experiment.Main(experiment.Lesson{
		Name: "01-select-vs-blocking-io", Title: "poked", Steps: []string{"it waits"},
		Keys: []experiment.Key{{Rune: 'a', Text: "poke it"}},
		Run: func(x *experiment.X) {
			x.Step(1)
			x.Poke('a', func() { x.Note("poked") })
			<-x.Stopped()
		},
	})
}
`

func stoppedProgram(x *terminal) string {
	x.toStage()
	x.see("the step", oneRow("step 1 of 1", "LIVE"))
	child := x.children()[0]
	syscall.Kill(child, syscall.SIGSTOP)
	x.see("that it is stopped", all(oneRow("STOPPED"), oneRow("SIGSTOP", fmt.Sprintf("kill -CONT %d", child))))
	x.press("a")
	x.see("that the key is not taken", oneRow("has not taken the key a", "SIGSTOP"))
	syscall.Kill(child, syscall.SIGCONT)
	x.see("that it goes on, with the key", all(oneRow("LIVE"), shows("poked")))
	x.quit()
	return "STOPPED ... kill -CONT ... has not taken the key a"
}

func input(x *terminal) string {
	x.see("the course", shows("a lab bench for file descriptors"))
	x.press("\x1b[200~qqq\x03\x1b[201~")
	x.see("that a paste is no key", oneRow("pasted"))
	for key, says := range map[string]string{"й": "keyboard layout", "？": "full-width"} {
		x.press(key)
		x.see("what the key is", oneRow(says))
	}
	x.press("T")
	x.await("that the terminal has the mouse", func() bool { return !x.modes()["1002"] })
	x.press("T")
	x.await("that fdlab has it", func() bool { return x.modes()["1002"] })
	x.press(enter)
	x.see("the lesson", shows("Predict", "Recall"))
	x.press("\x1b")
	x.see("the course", shows("a lab bench for file descriptors"))
	x.quit()
	return "a paste is ignored, й and ？ are told, T, ESC alone"
}
