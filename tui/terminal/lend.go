package terminal

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	tea "github.com/charmbracelet/bubbletea"
)

// lend is the wish to give the terminal to another program.
type lend struct {
	cmd  *exec.Cmd
	then func(error) tea.Msg
}

// Lend gives the terminal to a program, such as an editor, until it ends. The model takes
// no messages meanwhile; afterwards it gets the message that then makes of the program's error.
func Lend(cmd *exec.Cmd, then func(error) tea.Msg) tea.Cmd {
	return func() tea.Msg { return lend{cmd, then} }
}

// lend runs on the goroutine of tea.Program.Run, as stop does. Other than there this
// process goes on meanwhile: so its own reader must not take what is typed, and the
// keys that send signals are none of its business.
func (x *held) lend(cmd *exec.Cmd) error {
	x.deafen()
	x.release()
	came := make(chan os.Signal, 1)
	signal.Notify(came, syscall.SIGINT, syscall.SIGQUIT)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Start()
	if err == nil {
		x.guest.Store(cmd.Process)
		err = cmd.Wait()
	}
	if x.over.Load() {
		select {} // broken off: the terminal is as it was, and nobody may take it again
	}
	signal.Stop(came) // returns when what has come so far is in x.signals, too
	taken := make(upToHere)
	x.signals <- taken
	<-taken
	x.guest.Store(nil)
	if deaf := x.hear(); deaf != nil {
		x.deafen = func() {}
		x.send(tea.Quit())
	}
	x.again()
	return err
}
