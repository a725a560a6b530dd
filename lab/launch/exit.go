package launch

import (
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Ender says who ended a run.
type Ender uint8

const (
	Itself     Ender = iota // the program returned, exited or crashed
	Asked                   // it heeded Stop
	Terminated              // the instrument's SIGTERM, where asking did not help
	Killed                  // the instrument's SIGKILL
	Outside                 // a signal that the instrument did not send
)

func (e Ender) String() string {
	return [...]string{"by itself", "asked to stop", "terminated by the instrument", "killed by the instrument", "by a signal"}[e]
}

// Exit says how a run ended.
type Exit struct {
	Code     int    // exit status; -1 if a signal ended it
	Signal   string // "SIGSEGV", or ""
	By       Ender
	After    time.Duration // from its start
	Clock    int64         // what its own clock said then, in ns: that of its records, if it made some
	CPU      time.Duration // user and system time, of the program and of children that it waited for
	Attached bool          // whether it recorded anything
	Said     string        // if it failed by itself: why, in its own words, quoted; or ""
	Err      error         // what went wrong in the instrument itself, usually nil
}

// String says it in a line that can follow "the program has".
func (e Exit) String() string {
	after := e.After
	if e.Attached {
		after = time.Duration(e.Clock) // as its records, which may stand beside this
	}
	after = after.Round(time.Millisecond)
	how := fmt.Sprintf("exit status %d", e.Code)
	if e.Signal != "" {
		how = e.Signal
	}
	var said string
	switch {
	case e.By == Asked:
		said = fmt.Sprintf("stopped when asked, after %v (%s)", after, how)
	case e.By == Terminated:
		said = fmt.Sprintf("ended when the instrument sent SIGTERM, after %v (%s)", after, how)
	case e.By == Killed:
		said = fmt.Sprintf("died of the instrument's SIGKILL after %v", after)
	case e.Signal != "":
		said = fmt.Sprintf("died of %s%s after %v", e.Signal, meaning(e.Signal), after)
	default:
		said = fmt.Sprintf("ended after %v (%s%s)", after, how, panicked(e.Code))
		if e.Said != "" {
			said = fmt.Sprintf("failed: %s (%s, after %v)", e.Said, how, after)
		}
	}
	if e.Err != nil {
		said += "; " + e.Err.Error()
	}
	return said
}

func meaning(signal string) string {
	switch signal {
	case "SIGSEGV":
		return " (it touched memory that is not its own)"
	case "SIGKILL":
		return " (kill -9 from outside, or the kernel was out of memory)"
	case "SIGTERM", "SIGINT", "SIGHUP":
		return " (sent from outside)"
	case "SIGPIPE":
		return " (it wrote where nobody reads)"
	case "SIGABRT":
		return " (it gave up)"
	}
	return ""
}

// panicked explains status 2: the Go runtime's, after a panic.
func panicked(code int) string {
	if code == 2 {
		return ": a Go program that panics, or wrong flags; see its stderr"
	}
	return ""
}

// exitOf reads the kernel's account of an ended child.
func exitOf(state *os.ProcessState) Exit {
	e := Exit{Code: state.ExitCode(), CPU: state.UserTime() + state.SystemTime()}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		e.Signal = unix.SignalName(status.Signal())
		if e.Signal == "" {
			e.Signal = fmt.Sprintf("signal %d", int(status.Signal()))
		}
	}
	return e
}

// endedBy weighs what the instrument did against how the program ended.
func endedBy(asked, terminated, killed bool, e Exit) Ender {
	switch {
	case killed && e.Signal == "SIGKILL":
		return Killed
	case terminated:
		return Terminated // by the signal, or by its own handler of it
	case asked:
		return Asked
	case e.Signal != "":
		return Outside
	}
	return Itself
}
