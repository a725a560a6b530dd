package terminal

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"golang.org/x/sys/unix"
)

// The signals that concern the terminal. SIGXFSZ is taken so that it does not
// kill: what was written says EFBIG instead.
var concern = []os.Signal{syscall.SIGHUP, syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGABRT,
	syscall.SIGTSTP, syscall.SIGCONT, syscall.SIGXFSZ}

// heed takes them until finish is called.
func (x *held) heed() (finish func()) {
	x.signals = make(chan os.Signal, 16)
	signal.Notify(x.signals, concern...)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer x.recovered()
		for s := range x.signals {
			x.take(s.(syscall.Signal))
		}
	}()
	return func() {
		signal.Stop(x.signals)
		close(x.signals)
		<-done
		if x.guard != nil {
			x.guard.Stop()
		}
	}
}

func (x *held) take(s syscall.Signal) {
	leaving := x.guard != nil
	switch s {
	case syscall.SIGHUP: // a closed window
		x.leave(s)
	case syscall.SIGTERM, syscall.SIGINT: // Bubble Tea heeds them, unless the model is stuck
		x.leave(s)
	case syscall.SIGQUIT, syscall.SIGABRT:
		if x.ended == nil {
			stacks := make([]byte, 1<<20)
			x.ended = &Ended{s, stacks[:runtime.Stack(stacks, true)]}
		}
		x.leave(s)
	case syscall.SIGTSTP:
		if !leaving {
			x.send(stopNow{})
		}
	case syscall.SIGCONT:
		if !leaving && !x.stopped.Load() { // after SIGSTOP, which nobody sees
			x.send(wentOn{})
		}
	}
}

// leave asks the program to quit. If it does not, because it is stuck or the
// terminal does not read, the terminal is restored all the same and the program
// ends. The kernel then ends its children (lab/launch).
func (x *held) leave(s syscall.Signal) {
	if x.guard != nil {
		return
	}
	x.guard = time.AfterFunc(patience, func() {
		x.restore()
		fmt.Fprintf(os.Stderr, "fdlab did not end within %v of a signal (%v), and was broken off\n", patience, s)
		os.Exit(128 + int(s))
	})
	if s != syscall.SIGTERM && s != syscall.SIGINT {
		x.send(tea.Quit())
	}
}

// send hands the program a message. That blocks while the model is stuck.
func (x *held) send(msg tea.Msg) {
	go func() {
		defer x.recovered()
		x.program.Send(msg)
	}()
}

// What filter does for a signal, between two messages for the model.
type (
	stopNow struct{}
	wentOn  struct{}
)

// filter sees each message before the model. It runs on the goroutine of
// tea.Program.Run, which owns what ReleaseTerminal and RestoreTerminal touch.
func (x *held) filter(_ tea.Model, msg tea.Msg) tea.Msg {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		if msg.Type != tea.KeyCtrlZ {
			return msg
		}
		x.stop()
	case stopNow:
		x.stop()
	case wentOn:
		x.program.ReleaseTerminal()
		x.again()
	default:
		return msg
	}
	return nil
}

// stop gives the terminal back, stops this process and its group as the default
// action of SIGTSTP does, and takes the terminal again when a shell lets it go on.
//
// It sends SIGSTOP: Go's runtime gives a signal that was taken once no default
// action any more, even after signal.Reset. But SIGSTOP stops a group that no
// shell looks after, too, and nobody would let that go on: so not the session
// leader's.
func (x *held) stop() {
	session, err := unix.Getsid(0)
	if err != nil || session == unix.Getpgrp() {
		return
	}
	x.stopped.Store(true)
	defer x.stopped.Store(false)
	goOn := make(chan os.Signal, 1)
	signal.Notify(goOn, syscall.SIGCONT)
	defer signal.Stop(goOn)
	x.program.ReleaseTerminal()
	syscall.Kill(0, syscall.SIGSTOP)
	<-goOn
	x.again()
}

// again takes the terminal and repaints. Without a terminal there is no program.
func (x *held) again() {
	if x.program.RestoreTerminal() != nil {
		x.send(tea.Quit())
		return
	}
	x.send(tea.EnableMouseCellMotion()) // the one mode that Bubble Tea forgets
}
