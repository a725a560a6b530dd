package check

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/launch"
	"fdlab/lab/litter"
	"fdlab/tui/grid"
	"fdlab/tui/stage"
	"fdlab/tui/terminal"
	"fdlab/tui/theme"
)

// room is what a build writes at most, and some more.
const room = 200 << 20

func temp(context.Context, *machine) Row {
	name := launch.Quote([]byte(os.TempDir()))
	dir, err := litter.TempDir("", "check")
	if err == nil {
		defer os.RemoveAll(dir)
		err = os.WriteFile(filepath.Join(dir, "file"), make([]byte, 1<<20), 0o600)
	}
	if err != nil {
		return Row{State: Wrong, Found: fmt.Sprintf("nothing can be written in %s: %s", name, launch.Quote([]byte(err.Error()))),
			Cure: "export TMPDIR=FOLDER, one that is there, has room, and that you may write to; or `unset TMPDIR`"}
	}
	var fs unix.Statfs_t
	if unix.Statfs(dir, &fs) == nil {
		if free := uint64(fs.Bavail) * uint64(fs.Bsize); free < room {
			return Row{State: Care, Found: fmt.Sprintf("%s has only %d MB left", name, free>>20),
				Cure: "a first build writes up to 200 MB: free some, or export TMPDIR=FOLDER"}
		}
	}
	return Row{Found: name + " can be written, and has room"}
}

// fifo makes one where lesson 02 does.
func fifo(_ context.Context, m *machine) Row {
	path := filepath.Join(m.root, fmt.Sprintf(".fdlab-check-%d.fifo", os.Getpid()))
	err := unix.Mkfifo(path, 0o600)
	if err == nil {
		defer os.Remove(path)
		err = speak(path)
	}
	if err != nil {
		return Row{State: Care, Found: "no FIFO can be made in this folder: " + err.Error(),
			Cure: "lesson 02 takes another place, and names it. Better: clone into a folder of your own, not a shared or a Windows one"}
	}
	return Row{Found: "can be made, written and read"}
}

// speak sends a byte through a FIFO.
func speak(path string) error {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if _, err = unix.Write(fd, []byte("a")); err == nil {
		_, err = unix.Read(fd, make([]byte, 1))
	}
	return err
}

func loopback(ctx context.Context, _ *machine) Row {
	err := connect(ctx)
	if err != nil {
		return Row{State: Wrong, Found: "a program cannot connect to another on 127.0.0.1: " + err.Error(),
			Cure: "bring the loopback interface up (ip link set lo up), or let the firewall allow 127.0.0.1"}
	}
	return Row{Found: "127.0.0.1 answers"}
}

func connect(ctx context.Context) error {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp4", l.Addr().String())
	if err != nil {
		return err
	}
	defer c.Close()
	l.(*net.TCPListener).SetDeadline(time.Now().Add(time.Second))
	other, err := l.Accept()
	if err != nil {
		return err
	}
	return other.Close()
}

func port(context.Context, *machine) Row {
	l, err := net.Listen("tcp4", "127.0.0.1:9877")
	if err != nil {
		return Row{State: Care, Found: "taken: " + err.Error(), Cure: "lessons take a free one and name it: telnet to that one"}
	}
	l.Close()
	return Row{Found: "free"}
}

// openFiles: Go raises the soft limit to the hard one by itself.
func openFiles(context.Context, *machine) Row {
	var most unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &most); err != nil {
		return Row{State: Care, Found: err.Error(), Cure: "see `ulimit -n`"}
	}
	if most.Max < 256 {
		return Row{State: Wrong, Found: fmt.Sprintf("a program may open only %d (ulimit -Hn)", most.Max),
			Cure: "open a new terminal, or ask who set the limit"}
	}
	return Row{Found: "a program may open enough of them"}
}

func size(context.Context, *machine) Row {
	w, h, ok := terminal.Size()
	found := fmt.Sprintf("%dx%d", w, h)
	switch {
	case !ok:
		return Row{State: Care, Found: "standard output is no terminal: nothing to measure", Cure: "in class, start it in one of 60x20 or more, better 120x40"}
	case w < stage.LeastWidth || h < stage.LeastHeight:
		return Row{State: Wrong, Found: found, Cure: fmt.Sprintf("fdlab needs %dx%d: enlarge the window or make its font smaller", stage.LeastWidth, stage.LeastHeight)}
	case stage.IsSmall(w, h):
		return Row{Found: found + ": one panel at a time, for a projector; 120x40 shows all"}
	case w < 120 || h < 40:
		return Row{Found: found + "; 120x40 shows more"}
	}
	return Row{Found: found}
}

// shows says in words what a terminal can show.
var shows = map[grid.Profile]string{grid.Plain: "text alone", grid.Mono: "no colours", grid.ANSI16: "16 colours",
	grid.ANSI256: "256 colours", grid.TrueColor: "all colours"}

func colours(_ context.Context, m *machine) Row {
	if theme.Dumb(m.env) {
		return Row{State: Wrong, Found: "TERM is not set, or dumb: the instrument cannot be shown",
			Cure: "start it in a terminal that sets TERM (xterm-256color, tmux-256color ...)"}
	}
	th, err := theme.Detect(m.env)
	letters := "all letters and lines"
	if th.ASCII {
		letters = "ASCII only: the locale or the terminal has no UTF-8"
	}
	found := shows[th.Profile] + "; " + letters
	switch {
	case err != nil:
		return Row{State: Wrong, Found: launch.Quote([]byte(err.Error())), Cure: "unset that variable, or correct it"}
	case th.ASCII:
		return Row{State: Care, Found: found, Cure: "export LC_ALL=C.UTF-8 if the terminal can show UTF-8"}
	}
	return Row{Found: found}
}
