package experiment

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"fdlab/lab/litter"
	"fdlab/lab/sys"
)

// FIFO is a pipe with a name, fifo(7): any program that may open the file can
// write to it, a shell in another terminal above all.
type FIFO struct {
	Path string // as a shell in the same folder would say it

	x      *X
	script atomic.Int64 // bytes that the script has written
	mu     sync.Mutex
	fd     int // what Open opened, or -1
}

// FIFO makes a FIFO in the working directory: mkfifo(3). One that a killed run
// has left there it takes over. If anything else has the name, or nothing can
// be made there, it takes a new temporary folder, and says so: it never removes
// a file that it did not make. The FIFO goes away with the experiment. If there
// is no place at all, the experiment fails (X.Fail).
func (x *X) FIFO(name string) *FIFO {
	f := &FIFO{Path: name, x: x, fd: -1}
	err := x.mkfifo(f)
	switch {
	case err == nil:
		x.Note("made %s. From another terminal: echo heihei > %s", name, name)
		return f
	case errors.Is(err, unix.EEXIST) && litter.OurFIFO(name) && litter.Abandoned(name):
		x.own(f)
		x.Note("took over %s, which a killed run has left. From another terminal: echo heihei > %s", name, name)
		return f
	}
	dir, elsewhere := x.TempDir()
	if elsewhere == nil {
		f.Path = filepath.Join(dir, name)
		if elsewhere = x.mkfifo(f); elsewhere != nil {
			elsewhere = fmt.Errorf("%s: mkfifo: %w", f.Path, elsewhere)
		}
	}
	if elsewhere != nil {
		x.Fail(fmt.Errorf("no FIFO can be made, here (%s) nor in another place (%w): "+
			"start in a folder that you may write to, or set TMPDIR to one", whyNot(name, err), elsewhere))
	}
	x.Note("%s. Another place: echo heihei > %s", whyNot(name, err), shellWord(f.Path))
	return f
}

// mkfifo makes the FIFO where f says.
func (x *X) mkfifo(f *FIFO) error {
	// Linux sets the mark at once, so that no FIFO of a run that is killed just here is
	// without it. Other systems leave it out.
	err := sys.Mkfifo(f.Path, litter.Private|unix.S_ISVTX)
	if err == nil {
		os.Chmod(f.Path, litter.Marked) // where that is refused, the next run will not know it
		x.own(f)
	}
	return err
}

// own sees to it that the FIFO goes away: at the end of this run, or, if that
// is killed, by the instrument.
func (x *X) own(f *FIFO) {
	x.Cleanup(remover(f.Path))
	x.Cleanup(f.Close)
	x.control.Made(f.Path)
}

// TempDir makes a folder for temporary files. It goes away with the experiment.
func (x *X) TempDir() (string, error) {
	dir, err := litter.TempDir("", "run")
	if err == nil {
		x.Cleanup(func() { os.RemoveAll(dir) })
		x.control.Made(dir)
	}
	return dir, err
}

// whyNot explains why mkfifo failed in the working directory.
func whyNot(name string, err error) string {
	switch {
	case !errors.Is(err, unix.EEXIST):
		return fmt.Sprintf("mkfifo %s: %v", name, err)
	case litter.Abandoned(name):
		return fmt.Sprintf("%s exists, and no program has it open: a run that was killed may have left it (rm %s)", name, name)
	}
	return name + " exists, so it stays as it is"
}

// remover returns what removes the file that has this name now. If somebody
// puts another in its place, that one stays.
func remover(path string) func() {
	ours, err := os.Lstat(path)
	return func() {
		now, gone := os.Lstat(path)
		if err == nil && gone == nil && os.SameFile(ours, now) {
			os.Remove(path)
		}
	}
}

// Open opens the FIFO: open(2), with flags as in sys.OpenFIFO. The FIFO owns
// the fd: Close it when its loop is done. It is closed before another is
// opened, and when the experiment ends. An error ends the experiment (X.Fail).
func (f *FIFO) Open(flags int) (fd int) {
	f.Close()
	fd, err := sys.OpenFIFO(f.Path, flags, "fifo")
	if err != nil {
		f.x.Fail(fmt.Errorf("open %s: %w", f.Path, err))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fd = fd
	return fd
}

// Close closes what Open opened. When nobody has a FIFO open any more, the
// kernel throws away the bytes in it. Closing twice is no error.
func (f *FIFO) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fd >= 0 {
		sys.Close(f.fd)
		f.fd = -1
	}
}

// Echo does what the shell does for `echo text > path`: open(2), write(2),
// close(2). It is the world's hand, so it leaves no records but a note. If
// that fails, the experiment fails.
func (f *FIFO) Echo(text string) {
	f.x.Note("echo %s > %s", text, filepath.Base(f.Path))
	if err := f.echo(text); err != nil {
		f.x.Fail(err)
	}
	f.script.Add(int64(len(text)) + 1)
}

// EchoByHand is Echo for a poke: what goes wrong is said, and that is all.
func (f *FIFO) EchoByHand(text string) {
	f.x.Note("you: echo %s > %s", text, filepath.Base(f.Path))
	if err := f.echo(text); err != nil {
		f.x.Note("%v", err)
	}
}

// Scripted returns how many bytes the script has written. If more come out,
// somebody else has written too.
func (f *FIFO) Scripted() int64 { return f.script.Load() }

func (f *FIFO) echo(text string) error {
	// Without O_NONBLOCK this would wait for a reader, and for room.
	fd, err := unix.Open(f.Path, unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	switch {
	case err == unix.ENXIO:
		return fmt.Errorf("open %s for writing: nobody has it open for reading", f.Path)
	case err != nil:
		return fmt.Errorf("open %s for writing: %w", f.Path, err)
	}
	defer unix.Close(fd)
	switch _, err = unix.Write(fd, []byte(text+"\n")); {
	case err == unix.EAGAIN:
		return fmt.Errorf("write to %s: its buffer in the kernel is full: it takes no more until somebody reads", f.Path)
	case err != nil:
		return fmt.Errorf("write to %s: %w", f.Path, err)
	}
	return nil
}

// shellWord quotes a path for a shell, if it must.
func shellWord(path string) string {
	plain := strings.IndexFunc(path, func(r rune) bool {
		return r > '~' || !strings.ContainsRune("/._-+,:@%", r) &&
			!(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
	}) < 0
	if plain {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
