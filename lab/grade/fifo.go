package grade

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// FIFO is a source of the world: a pipe with a name, whose path the program
// gets as an argument.
type FIFO struct {
	Path string
	e    *Examiner
	held int // the world's end, or -1: it is opened for each echo
	said int64
	over bool // the world has closed its end
}

// FIFO makes a FIFO in the trial's folder, and holds its writing end open until
// End: so the program may open it in any way and is not kept waiting.
func (e *Examiner) FIFO(name string) *FIFO {
	f := &FIFO{Path: e.Path(name), e: e, held: -1}
	must(os.NewSyscallError("mkfifo", unix.Mkfifo(f.Path, 0o600)))
	// Read-write: without a reader, an open for writing alone would fail.
	fd, err := unix.Open(f.Path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	must(os.NewSyscallError("open", err))
	f.held = fd
	e.hands = append(e.hands, f)
	return f
}

// Anew makes a FIFO of the same name in the place of another: for a program that is started again (Afresh).
func (e *Examiner) Anew(f *FIFO) *FIFO {
	os.Remove(f.Path) // the program may have done so
	return e.FIFO(filepath.Base(f.Path))
}

// FIFOOf is a FIFO that the program makes itself, at a path that it gets as an
// argument. Use Echo, once the program has opened it.
func (e *Examiner) FIFOOf(path string) *FIFO {
	f := &FIFO{Path: path, e: e, held: -1}
	e.hands = append(e.hands, f)
	return f
}

// name is what the kernel's side of the trace calls it, too: "FIFO in".
func (f *FIFO) name() string { return "FIFO " + filepath.Base(f.Path) }

// FD returns the program's end, or nil if it has not opened it yet. Where it has opened the FIFO more than
// once, as to be a writer, too, so that it never ends, it is the one that it reads.
func (f *FIFO) FD() *world.FD {
	newest := f.e.FD(func(d *world.FD) bool { return d.What == f.name() })
	read := f.e.FD(func(d *world.FD) bool {
		return d.What == f.name() && (d.Ever != 0 || d.Reads > 0 || d.Blocked > 0) && (d.Closed == 0 || newest.Closed != 0)
	})
	if read == nil {
		return newest
	}
	return read
}

func (f *FIFO) fd() *world.FD { return f.FD() }

func (f *FIFO) unread() int64 { return f.Unread() }

// Unread returns how many bytes the program has not read yet, by its trace.
func (f *FIFO) Unread() int64 {
	n := f.said
	for _, d := range f.e.world.FDs {
		if d.What == f.name() {
			n -= d.BytesIn
		}
	}
	return max(0, n)
}

// Opened waits until the program has opened it.
func (f *FIFO) Opened() {
	f.e.Await("the program opens "+f.name(), func() bool { return f.FD() != nil })
}

// Taken waits until the program has read all that was said.
func (f *FIFO) Taken() {
	f.e.Await(fmt.Sprintf("the program reads what %s says", f.name()), func() bool { return f.Unread() == 0 })
}

// Say writes text: all of it, though the program may have to make room first.
func (f *FIFO) Say(text string) {
	for {
		if text = text[f.Fill(text):]; text == "" {
			return
		}
		left := f.Unread()
		f.e.Await(fmt.Sprintf("%s is full, and the program reads from it", f.name()),
			func() bool { return f.Unread() < left || left == 0 })
	}
}

// Fill writes as much of text as there is room for now, and returns how many bytes that is.
func (f *FIFO) Fill(text string) (all int) {
	for all < len(text) {
		n, err := unix.Write(f.held, []byte(text[all:]))
		switch {
		case err == unix.EINTR:
		case err == unix.EAGAIN:
			return all
		case err != nil:
			must(fmt.Errorf("write to %s: %w", f.name(), err))
		default:
			f.said += int64(n)
			all += n
		}
	}
	return all
}

// End closes the world's end: the program reads an end of file.
func (f *FIFO) End() {
	if f.held >= 0 {
		unix.Close(f.held)
		f.held, f.over = -1, true
	}
}

// Ended reports whether the world has closed its end.
func (f *FIFO) Ended() bool { return f.over }

// OwnWriter is a Look: the world has closed its end, and the program itself may still write to that FIFO.
func (e *Examiner) OwnWriter() *Finding {
	for _, h := range e.hands {
		f, is := h.(*FIFO)
		if !is || !f.over || f.Unread() > 0 {
			continue
		}
		if d := f.FD(); d != nil && d.Closed == 0 && d.Ends.Most == 0 && d.Readiness&trace.Writable != 0 {
			return Find(OwnWriter, safe(d.Name())+" has no other writer any more, and no read of it gives 0: the kernel says that the program's own end can be written", d).
				Decides(func(r *world.Entry) bool {
					return r.Kind == trace.Kernel && r.FD == d.Number && r.What()&trace.Writable != 0 && sentence(r) != ""
				})
		}
	}
	return nil
}

// Echo does what a shell does for `printf text > path`: open, write, close. It
// needs a program that has the FIFO open.
func (f *FIFO) Echo(text string) {
	end := time.Now().Add(limit)
	for {
		fd, err := unix.Open(f.Path, unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		if err == nil {
			_, err = unix.Write(fd, []byte(text))
			unix.Close(fd)
			must(err)
			f.said += int64(len(text))
			return
		}
		if !errors.Is(err, unix.ENXIO) && !errors.Is(err, unix.ENOENT) {
			must(fmt.Errorf("open %s: %w", f.name(), err))
		}
		f.e.pump()
		if opened := f.FD(); errors.Is(err, unix.ENOENT) && opened != nil && opened.Closed == 0 && f.e.Gone(f.Path) {
			f.e.RuleOut("the FIFO has its name as long as somebody may write to it", Find(NameGone, safe(opened.Name())+
				" is open in the program, and its name is gone: nobody else can open it", opened))
		}
		if f.e.hopeless() || time.Now().After(end) {
			f.e.Fail(f.e.diagnose("the program goes on reading " + f.name() + ": more is to come"))
		}
		time.Sleep(time.Millisecond)
	}
}

// EchoLate does what Echo does, if the program has the FIFO open still. It need not read that.
func (f *FIFO) EchoLate(text string) {
	fd, err := unix.Open(f.Path, unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return
	}
	unix.Write(fd, []byte(text)) // if it fails, nobody has it open any more
	unix.Close(fd)
}

func (f *FIFO) answers() (got, due string) { return "", "" }

func (f *FIFO) missing() *Finding {
	return Find(NoTrace, "the trace does not show that the program opened "+f.name())
}

func (f *FIFO) close() { f.End() }
