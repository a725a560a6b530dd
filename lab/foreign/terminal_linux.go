//go:build amd64 || arm64

package foreign

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// onTerminal gives the program a terminal of its own in the place of its three files: what it prints
// there goes to the second of them, and what comes from the first is typed. end takes
// what is left, when the program has ended.
func (opt *Options) onTerminal() (end func(), err error) {
	ours, theirs, err := openTerminal()
	if err != nil {
		return nil, &Refusal{Why: fmt.Sprintf("The program cannot have a terminal: %v.", err), Cure: "Leave -tty away.", err: err}
	}
	in, out := opt.Files[0], opt.Files[1]
	opt.Files = [3]*os.File{theirs, theirs, theirs}
	go func() {
		io.Copy(ours, in)
		const endOfFile = 0x04 // Ctrl-D, termios(3): VEOF
		ours.Write([]byte{endOfFile})
	}()
	printed := make(chan struct{})
	go func() {
		defer close(printed)
		io.Copy(out, ours) // until nobody has the other end any more: EIO
	}()
	return func() {
		theirs.Close()
		select {
		case <-printed:
		case <-time.After(time.Second): // a child of the program has it still
		}
		ours.Close()
	}, nil
}

// openTerminal makes a pseudo-terminal, pty(7), of the size that every program expects.
func openTerminal() (ours, theirs *os.File, err error) {
	ours, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	fd := int(ours.Fd())
	err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	number := 0
	if err == nil {
		number, err = unix.IoctlGetInt(fd, unix.TIOCGPTN)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80})
	}
	if err == nil {
		theirs, err = os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		ours.Close()
		return nil, nil, err
	}
	return ours, theirs, nil
}
