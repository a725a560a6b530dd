package launch

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/control"
	"fdlab/lab/litter"
)

// watch reads the child's output, waits for its end, and clears up after it.
// It runs on the thread that started the child.
func (r *Run) watch() {
	began := time.Now()
	defer func() {
		r.exit.Err = r.failure()
		close(r.done)
	}()
	defer r.recovered("watch", nil)

	var readers sync.WaitGroup
	for s, pipe := range r.pipes {
		readers.Add(1)
		go func() {
			defer readers.Done()
			defer r.recovered("output", nil)
			if err := r.output.drain(Stream(s), pipe); err != nil {
				r.failed(fmt.Errorf("reading %v: %w", Stream(s), err))
			}
		}()
	}

	known := awaitEnd(r.Pid())
	var state *os.ProcessState
	var err error
	if !known {
		state, err = r.child.Wait()
	}
	after, clock := time.Since(began), r.reader.Now()
	if !r.reader.Attached() {
		clock = int64(after)
	}
	r.clear()
	if known {
		state, err = r.child.Wait()
	}
	if err != nil {
		r.failed(fmt.Errorf("waiting for the child: %w", err))
	} else {
		r.exit = exitOf(state)
	}

	for _, pipe := range r.pipes {
		pipe.SetReadDeadline(time.Now())
	}
	readers.Wait()
	r.sweep()
	r.conn.Close()
	if r.reader.Damaged() {
		r.failed(errors.New("it wrote over the memory of its trace: do not trust what is shown of it"))
	}

	r.mu.Lock()
	defer r.mu.Unlock()
	r.exit.After, r.exit.Clock = after, clock
	r.exit.Attached = r.reader.Attached()
	r.exit.By = endedBy(r.asked, r.terminated, r.killed, r.exit)
	if r.exit.By == Itself && r.exit.Code != 0 {
		r.exit.Said = r.output.LastWords()
	}
}

// sweep removes what the child has made and did not remove itself: it was killed. What
// was made last goes first. A child can be killed between making a folder and saying so: the
// name says whose it is.
func (r *Run) sweep() {
	var all []control.Litter
	for line := range strings.Lines(r.said()) {
		if l, ok := control.ParseLitter(strings.TrimSuffix(line, "\n")); ok {
			all = append(all, l)
		}
	}
	for _, l := range slices.Backward(all) {
		l.Remove()
	}
	for _, dir := range litter.Of(r.Pid()) {
		os.RemoveAll(dir)
	}
}

// said returns what the child wrote to the control socket and nobody has read. It does not
// wait: a process that outlives the child may have the other end open.
func (r *Run) said() string {
	const most = 1 << 20 // and may go on writing
	var all []byte
	raw, err := r.conn.SyscallConn()
	if err != nil {
		return ""
	}
	raw.Read(func(fd uintptr) bool {
		for len(all) < most {
			some := make([]byte, 4096)
			n, err := unix.Read(int(fd), some)
			if err == unix.EINTR {
				continue
			}
			if n <= 0 {
				return true
			}
			all = append(all, some[:n]...)
		}
		return true
	})
	return string(all)
}

// clear kills what the child left of its group, and what left the group. From
// here on its number is not ours to signal.
func (r *Run) clear() {
	r.mu.Lock()
	r.ended = true
	unix.Kill(-r.Pid(), unix.SIGKILL)
	r.mu.Unlock()
	killWhere(func(env environ) bool { return env[mark] == r.mark })
}

// Stop ends the program without waiting for its end (Done): it asks, after the
// grace time sends SIGTERM, after another SIGKILL, both to the whole group. A
// program that never attached to its trace has nobody to ask, and gets SIGTERM
// at once.
func (r *Run) Stop() {
	r.stop.Do(func() {
		go func() {
			defer r.recovered("stop", r.Kill)
			if r.reader.Attached() && r.ask() && r.ends() {
				return
			}
			r.signal(unix.SIGTERM)
			if !r.ends() {
				r.signal(unix.SIGKILL)
			}
		}()
	})
}

// Kill ends the program at once: SIGKILL to its group.
func (r *Run) Kill() { r.signal(unix.SIGKILL) }

// ask tells the program to stop.
func (r *Run) ask() bool {
	r.mu.Lock()
	r.asked = !r.ended
	r.mu.Unlock()
	return r.tell(control.Stop) == nil
}

// ends waits for the end for as long as the grace time.
func (r *Run) ends() bool {
	timer := time.NewTimer(r.grace)
	defer timer.Stop()
	select {
	case <-r.done:
		return true
	case <-timer.C:
		return false
	}
}

// Signal sends the program's group a signal, as Ctrl-C in a terminal does with
// SIGINT. A program that has ended gets none.
func (r *Run) Signal(s syscall.Signal) { r.signal(s) }

func (r *Run) signal(s syscall.Signal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return
	}
	r.terminated = r.terminated || s == unix.SIGTERM
	r.killed = r.killed || s == unix.SIGKILL
	unix.Kill(-r.Pid(), s)
}

// recovered is deferred in every goroutine: a panic there would leave the
// terminal in ruins. It becomes the run's error, and the child is killed.
func (r *Run) recovered(where string, then func()) {
	if p := recover(); p != nil {
		r.failed(fmt.Errorf("a fault of fdlab (%s): %v\n%s", where, p, debug.Stack()))
		if r.child != nil {
			r.Kill()
		}
		if then != nil {
			then()
		}
	}
}

// failed keeps the first thing that went wrong in the instrument.
func (r *Run) failed(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
	}
}

func (r *Run) failure() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}
