package endtoend

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"fdlab/lab/trace"
)

// finish waits until the instrument has ended and returns its exit status. It
// checks what must hold after every end: no process of it is left, no file,
// and the terminal is as it was before.
func (x *terminal) finish() int {
	x.t.Helper()
	status := x.wait()
	x.nothingLeft()
	if after := x.settings(); !reflect.DeepEqual(after, x.before) {
		x.t.Errorf("the terminal's settings are\n%+v, before they were\n%+v", after, x.before)
	}
	x.close()
	x.modesRestored()
	return status
}

// close closes the program's side, and reads what is left to read.
func (x *terminal) close() {
	if x.finished {
		return
	}
	x.finished = true
	x.slave.Close()
	<-x.drained
}

// nothingLeft waits until no process of the instrument is left, and then looks
// for files. The limit is generous: a killed process takes its time to go.
func (x *terminal) nothingLeft() {
	x.t.Helper()
	x.await("all processes to end", func() bool { return len(x.family()) == 0 })
	left, err := os.ReadDir(x.temp)
	if err != nil {
		x.t.Error(err)
	}
	for _, file := range left {
		x.t.Errorf("%s was left in the folder for temporary files", file.Name())
	}
}

// await waits for what the screen cannot show.
func (x *terminal) await(what string, holds func() bool) {
	x.t.Helper()
	for deadline := time.Now().Add(limit); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			var who string
			for _, pid := range x.family() {
				line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
				who += fmt.Sprintf("\n%d %q", pid, line)
			}
			x.t.Fatalf("waited in vain for %s; processes:%s\n%v", what, who, x.now())
		}
	}
}

var private = regexp.MustCompile(`\x1b\[\?([0-9;]+)([hl])`)

// modes returns the modes of the terminal that the instrument touched, and how it
// left them: the alternate screen (1049), the mouse (1000 to 1006), bracketed paste
// (2004), the cursor (25).
func (x *terminal) modes() map[string]bool {
	set := map[string]bool{}
	for _, m := range private.FindAllSubmatch(x.written(), -1) {
		for mode := range bytes.SplitSeq(m[1], []byte(";")) {
			set[string(mode)] = m[2][0] == 'h'
		}
	}
	return set
}

// modesRestored checks that each mode that was set is reset, and that a hidden
// cursor is shown again.
func (x *terminal) modesRestored() {
	x.t.Helper()
	set := x.modes()
	for mode, on := range set {
		if on != (mode == "25") {
			x.t.Errorf("the terminal is left with mode %s set: %v", mode, on)
		}
	}
	for _, mode := range []string{"1049", "25", "1002", "1006"} {
		if _, seen := set[mode]; !seen {
			x.t.Errorf("the instrument never touched mode %s: this test looks for the wrong thing", mode)
		}
	}
}

// family returns the processes of this instrument: itself, the programs that
// it runs, the go command, and all that these have started. They inherit their
// environment from it, and nobody else has its TMPDIR.
func (x *terminal) family() []int { return x.processesWith("TMPDIR=" + x.temp) }

// children returns the running experiments.
func (x *terminal) children() []int {
	return x.processesWith("TMPDIR="+x.temp, trace.Environment+"=3")
}

func (x *terminal) processesWith(vars ...string) (pids []int) {
	folders, _ := filepath.Glob("/proc/[0-9]*")
	for _, folder := range folders {
		// A zombie has no environment any more, nor anything else.
		env, err := os.ReadFile(filepath.Join(folder, "environ"))
		if err != nil {
			continue
		}
		env = append([]byte{0}, env...)
		found := true
		for _, v := range vars {
			found = found && bytes.Contains(env, []byte("\x00"+v+"\x00"))
		}
		if pid, err := strconv.Atoi(filepath.Base(folder)); err == nil && found {
			pids = append(pids, pid)
		}
	}
	return pids
}

// cleanup ends what a failed test has left, and reports data races.
func (x *terminal) cleanup() {
	select {
	case <-x.exited:
	default:
		x.cmd.Process.Kill()
		<-x.exited
	}
	for _, pid := range x.family() {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	x.close()
	x.master.Close()
	x.emu.InputPipe().(interface{ Close() error }).Close()
	reports, _ := filepath.Glob(x.races + "*")
	for _, file := range reports {
		text, _ := os.ReadFile(file)
		for _, report := range strings.Split(string(text), "==================") {
			if strings.Contains(report, "DATA RACE") && !strings.Contains(report, knownRace) && !ofTwoRestores(report) {
				x.t.Errorf("the race detector says of the instrument:\n%s", report)
			}
		}
	}
}

// ofTwoRestores reports whether a race is another one of Bubble Tea's own: it asks
// for the terminal's size in a goroutine, and a second RestoreTerminal, soon after
// the first, may write the field that this one reads.
func ofTwoRestores(report string) bool {
	return strings.Contains(report, "(*Program).initInput()") && strings.Contains(report, "(*Program).checkResize()") &&
		strings.Count(report, "(*Program).RestoreTerminal()") >= 2
}

// knownRace is Bubble Tea's own: when it shuts down, its reader of keys may
// still wait on the epoll fd that it is just closing. It then reads no more.
const knownRace = "cancelreader.(*epollCancelReader)"
