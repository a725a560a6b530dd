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
			switch s := s.(type) {
			case syscall.Signal:
				x.take(s)
			case upToHere:
				close(s)
			}
		}
	}()
	return func() {
		signal.Stop(x.signals)
		close(x.signals)
		<-done
		x.over.Store(true)
	}
}

// upToHere is no signal, but a mark among them: it is closed when all that came before
// have been taken.
type upToHere chan struct{}

func (upToHere) Signal()        {}
func (upToHere) String() string { return "up to here" }

func (x *held) take(s syscall.Signal) {
	leaving := x.leaving.Load()
	if guest := x.guest.Load(); guest != nil {
		switch s {
		case syscall.SIGHUP, syscall.SIGTERM: // an editor keeps what is not saved, and ends; then this program can
			guest.Signal(s)
		case syscall.SIGINT, syscall.SIGQUIT: // meant for the program that has the terminal
			return
		case syscall.SIGTSTP: // the shell waits until all of the job have stopped
			if session, err := unix.Getsid(0); err == nil && session != unix.Getpgrp() {
				syscall.Kill(os.Getpid(), syscall.SIGSTOP)
			}
			return
		}
	}
	switch s {
	case syscall.SIGHUP: // a closed window
		x.leave(s)
	case syscall.SIGTERM, syscall.SIGINT:
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

// leave asks the program to quit, and watches that it does.
func (x *held) leave(s syscall.Signal) {
	switch {
	case !x.watch(s, fmt.Sprintf("a signal (%v)", s)):
	case s == syscall.SIGINT:
		x.send(tea.Interrupt())
	default:
		x.send(tea.Quit())
	}
}

// watch breaks the program off if it does not end within patience: it is stuck, or
// the terminal does not read what is drawn. false: that is watched already.
func (x *held) watch(s syscall.Signal, after string) bool {
	if x.leaving.Swap(true) {
		return false
	}
	time.AfterFunc(patience, func() {
		defer x.recovered()
		if !x.over.Load() {
			x.breakOff(s, after)
		}
	})
	return true
}

// breakOff ends the program where nothing else does: it restores the terminal and
// ends the children. It waits for none of the things that may be stuck.
func (x *held) breakOff(s syscall.Signal, after string) {
	if x.over.Swap(true) {
		return
	}
	if guest := x.guest.Load(); guest != nil { // two programs would fight for the terminal
		guest.Kill()
	}
	x.restore()
	inTime(time.Second, x.last)
	Say(fmt.Sprintf("fdlab did not react to %s within %v, and was ended", after, patience))
	os.Exit(128 + int(s))
}

// Say prints a line to standard error, unless that is a terminal that does not read.
func Say(line string) {
	inTime(300*time.Millisecond, func() { fmt.Fprintln(os.Stderr, line) })
}

// inTime waits for the end of something, but not for long.
func inTime(limit time.Duration, do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { recover() }() // the program ends all the same
		do()
	}()
	select {
	case <-done:
	case <-time.After(limit):
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
	x.taken.Add(1)
	switch msg {
	case tea.EnableMouseCellMotion():
		x.mouse = true
	case tea.DisableMouse():
		x.mouse = false
	}
	switch msg := msg.(type) {
	case tea.QuitMsg: // the terminal may not read the last frame
		x.watch(syscall.SIGINT, "a key")
		return msg
	case tea.KeyMsg:
		if msg.Type != tea.KeyCtrlZ {
			return msg
		}
		x.stop()
	case stopNow:
		x.stop()
	case wentOn:
		x.release()
		x.again()
	case lend:
		return msg.then(x.lend(msg.cmd))
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
	x.release()
	syscall.Kill(0, syscall.SIGSTOP)
	<-goOn
	x.again()
}

// release gives the terminal back for a while.
func (x *held) release() {
	x.program.ReleaseTerminal()
	x.asBefore()
}

// again takes the terminal and repaints. Without a terminal there is no program.
func (x *held) again() {
	if x.raw() != nil || x.program.RestoreTerminal() != nil {
		x.send(tea.Quit())
		return
	}
	if x.mouse { // the one mode that Bubble Tea forgets
		x.send(tea.EnableMouseCellMotion())
	}
}
