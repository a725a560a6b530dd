package launch

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unicode"

	"golang.org/x/sys/unix"

	"fdlab/lab/control"
	"fdlab/lab/trace"
)

// Options are those of a run. The zero Options are fine.
type Options struct {
	Args      []string      // after the program's name
	Env       []string      // "NAME=value", added to the instrument's own
	Dir       string        // the child's working folder; "": the instrument's
	Stdin     bool          // its standard input is a pipe that Type fills; else /dev/null
	RingSlots int           // a power of two; 0: trace.Slots
	Grace     time.Duration // between Stop's ask, SIGTERM and SIGKILL; 0: one second
}

// Run is a program that runs, or ran, as a child. All methods may be called
// from any goroutine.
type Run struct {
	binary string
	mark   string // see mark
	grace  time.Duration
	child  *os.Process
	conn   *os.File    // the instrument's end of the control socket
	pipes  [2]*os.File // the reading ends of stdout and stderr
	input  *os.File    // the writing end of stdin, or nil
	output Output
	reader *Reader
	done   chan struct{} // closed at the very end: exit is then final
	exit   Exit
	stop   sync.Once

	mu    sync.Mutex // guards what follows
	ended bool       // the child has ended: its number must not be signalled any more
	asked bool

	inputEnded bool // EndInput was called
	terminated bool // the instrument has sent SIGTERM
	killed     bool // and SIGKILL
	err        error
}

// Start runs the binary as a child. The child has a trace ring and a control
// socket and no terminal; it dies with the instrument. The
// caller owns the run and must Close it.
func Start(b *Binary, opt Options) (*Run, error) {
	if b.path == "" {
		return nil, fmt.Errorf("the program %s was removed: build it again", b.Name)
	}
	if opt.RingSlots == 0 {
		opt.RingSlots = trace.Slots
	}
	if opt.Grace == 0 {
		opt.Grace = time.Second
	}
	ring, err := trace.NewRing(opt.RingSlots)
	if err != nil {
		return nil, Explain(err)
	}
	r := &Run{binary: b.Name, mark: fmt.Sprintf("%d-%d", os.Getpid(), runs.Add(1)), grace: opt.Grace, reader: newReader(ring), done: make(chan struct{})}
	theirs, err := r.channels(ring, opt.Stdin)
	if err == nil {
		err = r.launch(b, opt, theirs)
	}
	for _, file := range theirs { // the child has its own copies, or there is none
		if file != ring.File() {
			file.Close()
		}
	}
	if err != nil {
		r.release()
		return nil, Explain(fmt.Errorf("%s did not start: %w", b.Name, err))
	}
	return r, nil
}

// channels makes the files that the child inherits, in the order of their
// numbers there: stdin, stdout, stderr, the ring, its end of the control
// socket. The other ends are the run's. An error may leave some made.
func (r *Run) channels(ring *trace.Ring, stdin bool) (theirs []*os.File, err error) {
	in, err := r.stdin(stdin)
	if err != nil {
		return nil, err
	}
	theirs = append(theirs, in)
	for i := range r.pipes {
		var end *os.File
		if r.pipes[i], end, err = os.Pipe(); err != nil {
			return theirs, err
		}
		theirs = append(theirs, end)
	}
	ours, end, err := socketPair()
	if err != nil {
		return theirs, err
	}
	r.conn = ours
	return append(theirs, ring.File(), end), nil
}

// mark is a variable of each child, "PID-N": the instrument's process id and the
// number of the run. What the child starts inherits it, and so is found when it
// has left the child's process group: see strays_linux.go.
const mark = "FDLAB_RUN"

var runs atomic.Int64

// Where the ring and the socket come to lie in the child.
const (
	ringFD    = "3"
	controlFD = "4"
)

// environment is the instrument's own, with what is new or other for the child.
func (r *Run) environment(opt Options) []string {
	cmd := exec.Cmd{Dir: opt.Dir, Env: append(os.Environ(), opt.Env...)}
	cmd.Env = append(cmd.Env, mark+"="+r.mark, trace.Environment+"="+ringFD, control.Environment+"="+controlFD)
	return cmd.Environ() // of two values of a name the last one stays
}

// socketPair makes a stream socket with two ends. Ours does not block.
func socketPair() (ours, theirs *os.File, err error) {
	// Neither end may slip into a program that is started at this moment.
	syscall.ForkLock.RLock()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fds[0])
		unix.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	unix.SetNonblock(fds[0], true)
	return os.NewFile(uintptr(fds[0]), "control"), os.NewFile(uintptr(fds[1]), "control of the child"), nil
}

// launch starts the child from a thread that lives as long as the child: when
// the thread that started it ends, Pdeathsig kills the child. So one goroutine,
// locked to its thread, starts the child, waits for it and reaps it.
func (r *Run) launch(b *Binary, opt Options, theirs []*os.File) error {
	if opt.Dir != "" {
		// Otherwise the kernel's answer would sound as if the program were gone.
		if info, err := os.Stat(opt.Dir); err != nil || !info.IsDir() {
			return fmt.Errorf("its working folder %q is no folder", opt.Dir)
		}
	}
	argv := append([]string{b.Name}, opt.Args...)
	attr := &os.ProcAttr{Dir: opt.Dir, Env: r.environment(opt), Files: theirs, Sys: childAttributes()}

	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer r.recovered("start", func() { started <- r.failure() })
		keepOwnFDs()
		child, err := begin(b.path, argv, attr)
		r.child = child
		started <- err
		if err == nil {
			r.watch()
		}
	}()
	return <-started
}

// begin starts the child. ETXTBSY: a copy of the descriptor that the program
// was written through lives on in a process that is just being started, until
// its exec (golang.org/issue/22315). It is a matter of microseconds.
func begin(path string, argv []string, attr *os.ProcAttr) (*os.Process, error) {
	for try := 0; ; try++ {
		child, err := os.StartProcess(path, argv, attr)
		if err == nil || try == 50 || !errors.Is(err, unix.ETXTBSY) {
			return child, err
		}
		time.Sleep(time.Duration(try) * time.Millisecond)
	}
}

// Pid returns the child's process id, which is its process group's too.
func (r *Run) Pid() int { return r.child.Pid }

// Output returns what the program printed.
func (r *Run) Output() *Output { return &r.output }

// Done returns a channel that is closed when the program has ended, what was
// left of its process group is gone, and all its output is here.
func (r *Run) Done() <-chan struct{} { return r.done }

// Exit waits for Done and says how the program ended.
func (r *Run) Exit() Exit {
	<-r.done
	return r.exit
}

// Reader returns the run's trace: its strings, its clock, its losses.
func (r *Run) Reader() *Reader { return r.reader }

// Read copies the next records into dst, without blocking. more is false when
// the program has ended and all was read, or the run is closed. Only one
// goroutine at a time should read, or none of them has the whole order.
func (r *Run) Read(dst []trace.Record) (n int, more bool) {
	// Asked before reading: what an ended program wrote is all there.
	select {
	case <-r.done:
		n = r.reader.read(dst, true)
		return n, n > 0
	default:
		return r.reader.read(dst, false), true
	}
}

// Hold closes the child's gate.
func (r *Run) Hold() error { return r.tell(control.Hold) }

// HoldCall holds the child's calls on one fd, and nothing else, until Release.
func (r *Run) HoldCall(at control.Place, fd int) error { return r.tell(control.HoldCall(at, fd)) }

// Release opens it.
func (r *Run) Release() error { return r.tell(control.Release) }

// Step lets each thread at the gate go one phase.
func (r *Run) Step() error { return r.tell(control.Step) }

// Poke presses a key that the experiment offers.
func (r *Run) Poke(key rune) error {
	if !unicode.IsPrint(key) {
		return fmt.Errorf("no experiment offers the key %q", key)
	}
	return r.tell(control.Poke + " " + string(key))
}

// Stopped returns the signal that has stopped the program, as Ctrl-Z or kill -STOP
// do: "SIGSTOP"; "" while it runs, and after its end. It is known on Linux only.
func (r *Run) Stopped() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return ""
	}
	if s := stoppedBy(r.Pid()); s != 0 {
		return unix.SignalName(s)
	}
	return ""
}

// tell sends a command. It blocks for a moment at most: a program that never
// reads its commands is left alone when the socket is full.
func (r *Run) tell(command string) error {
	select {
	case <-r.done:
		return fmt.Errorf("%s: %s has ended", command, r.binary)
	default:
	}
	r.conn.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
	_, err := r.conn.Write([]byte(command + "\n"))
	switch {
	case os.IsTimeout(err):
		return fmt.Errorf("%s: %s does not read its commands", command, r.binary)
	case err != nil:
		return fmt.Errorf("%s: %s no longer listens: %w", command, r.binary, err)
	}
	return nil
}

// Close stops the run if it still goes on, waits for its end (at most twice
// the grace time, or call Kill first), and frees the ring. Exit, Output and
// Reader stay.
func (r *Run) Close() {
	r.Stop()
	<-r.done
	r.release()
}

// release frees what the run holds, apart from the child.
func (r *Run) release() {
	for _, file := range append(r.pipes[:], r.conn, r.input) {
		if file != nil {
			file.Close()
		}
	}
	r.reader.close()
}
