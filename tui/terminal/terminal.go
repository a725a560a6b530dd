// Package terminal lets the instrument have the terminal, and gives it back: at
// every end that a program can notice, and while it is stopped.
//
// Bubble Tea does so at an ordinary end. It does not after an error at its start,
// nor for SIGHUP, SIGQUIT or SIGABRT, nor when the model is stuck, nor for SIGTSTP.
package terminal

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/term"
)

// Present reports whether a person sits here: standard input and output are
// terminals.
func Present() bool { return term.IsTerminal(os.Stdin.Fd()) && term.IsTerminal(os.Stdout.Fd()) }

// Size returns the terminal's size in cells, and whether there is one.
func Size() (w, h int, ok bool) {
	w, h, err := term.GetSize(os.Stdout.Fd())
	return w, h, err == nil
}

// patience is how long a program may take to leave the terminal after a signal.
const patience = 2 * time.Second

// held is the terminal while a program has it.
type held struct {
	program *tea.Program
	before  *term.State // the settings that it had
	signals chan os.Signal
	stopped atomic.Bool                // by stop, as the shell's jobs are
	keys    *os.File                   // to Bubble Tea: what the terminal sends
	deafen  func()                     // lets the terminal be read no more
	guest   atomic.Pointer[os.Process] // another program that has the terminal, or nil: see Lend
	mouse   bool                       // the program takes clicks; filter's own
	last    func()                     // ends the children of a program that is broken off
	leaving atomic.Bool                // it has been asked to
	over    atomic.Bool                // it has left, or is broken off
	taken   atomic.Int64               // messages that reached the model
	lost    atomic.Bool                // something could not be written: perhaps what gives the terminal back
	ended   *Ended                     // the signal that ends it, if that is an error
}

// Run shows the model until it quits, until a signal ends it or until the
// terminal is gone. The terminal is then as it was before. The error of a signal
// is an *Ended; SIGTERM and SIGHUP are no errors.
//
// A program that has not left some seconds after a signal or a key that should end
// it is broken off: Run calls last, which may be called beside the model, and exits.
func Run(m tea.Model, last func()) error {
	before, err := term.GetState(os.Stdin.Fd())
	if err != nil {
		return fmt.Errorf("the terminal's settings cannot be read: %w", err)
	}
	x := &held{before: before, mouse: true, last: last}
	keys, deafen, err := x.listen()
	if err != nil {
		return fmt.Errorf("the terminal cannot be used: %w", err)
	}
	x.program = tea.NewProgram(m, tea.WithInput(keys), tea.WithOutput(output{os.Stdout, x.repainter()}),
		tea.WithoutSignalHandler(), tea.WithAltScreen(), tea.WithMouseCellMotion(), tea.WithFilter(x.filter))
	finish := x.heed()
	// Bubble Tea does not tell the size if it takes the output for a file: one failed
	// ioctl(2), and the screen stays empty.
	if w, h, ok := Size(); ok {
		x.send(tea.WindowSizeMsg{Width: w, Height: h})
	}
	if err = x.raw(); err == nil {
		_, err = x.program.Run()
	}
	finish()
	deafen()
	switch {
	case x.ended != nil:
		x.restore()
		return x.ended
	case errors.Is(err, tea.ErrInterrupted):
		x.settle()
		return &Ended{Signal: syscall.SIGINT}
	case err != nil:
		x.restore()
		return fmt.Errorf("the terminal cannot be used: %w", err)
	}
	x.settle()
	return nil
}

// settle gives the terminal back where Bubble Tea has done so: a signal that stopped the
// program at this moment may have taken it again.
func (x *held) settle() {
	if x.lost.Load() {
		x.restore()
		return
	}
	x.asBefore()
}

// asBefore gives the terminal its settings back. If that fails it is tried again: nothing is
// worth a terminal in raw mode.
func (x *held) asBefore() {
	for range 3 {
		if term.Restore(os.Stdin.Fd(), x.before) == nil {
			return
		}
	}
}

// raw lets the program have each key as it is pressed.
func (x *held) raw() error {
	_, err := term.MakeRaw(os.Stdin.Fd())
	return err
}

// ordinary takes back whatever a program may have set: the alternate screen, the
// three kinds of mouse and their encoding, bracketed paste, the hidden cursor,
// colours.
const ordinary = "\x1b[?1049l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?25h\x1b[0m"

// restore gives the terminal back where Bubble Tea may not have. A terminal that
// does not read does not stop it.
func (x *held) restore() {
	inTime(300*time.Millisecond, func() { os.Stdout.WriteString(ordinary) })
	x.asBefore()
}

// Ended says which signal ended the program.
type Ended struct {
	Signal syscall.Signal
	Stacks []byte // where all goroutines stood, if the signal asks for it
}

func (e *Ended) Error() string {
	said := fmt.Sprintf("ended by a signal (%v)", e.Signal)
	if len(e.Stacks) > 0 {
		said += "\n\n" + string(e.Stacks)
	}
	return said
}

// Status is the exit status of a program that ends with an error, which it says on
// standard error; 0 without one.
func Status(err error) int {
	if err == nil {
		return 0
	}
	Say("fdlab: " + err.Error())
	var signal *Ended
	if errors.As(err, &signal) {
		return signal.Status()
	}
	return 1
}

// Status is the exit status that a shell gives such an end.
func (e *Ended) Status() int { return 128 + int(e.Signal) }

// recovered is deferred in every goroutine: a panic there would end the program
// with the terminal in ruins.
func (x *held) recovered() {
	if p := recover(); p != nil {
		x.restore()
		fmt.Fprintf(os.Stderr, "a fault of fdlab (terminal): %v\n%s", p, debug.Stack())
		os.Exit(2)
	}
}
