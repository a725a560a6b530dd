//go:build linux

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// peer is a child process that does one round of work when it is asked to. It
// keeps what it has set up between the rounds, so that those of several peers
// can alternate.
type peer struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	ready string // what it said beside "ready": a server's port
}

// twice: a child does what it is asked for two times, and tells of the second.
const twice = 2

// start starts a child on the given cores and waits until it is ready. files
// are handed to it as fds 3, 4 ...
func start(cores []int, command, env []string, files ...*os.File) (*peer, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), env...)
	cmd.ExtraFiles = files
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := startOn(cores, cmd); err != nil {
		return nil, err
	}
	p := &peer{cmd: cmd, in: in, out: bufio.NewReader(out)}
	line, err := p.line()
	if p.ready, _ = strings.CutPrefix(line, "ready"); err != nil {
		return nil, errors.Join(err, p.close())
	}
	p.ready = strings.TrimSpace(p.ready)
	return p, nil
}

// startOn starts a child that may run on the given cores alone: it inherits
// that from the thread that starts it.
func startOn(cores []int, cmd *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return err
	}
	for _, core := range cores {
		set.Set(core)
	}
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return err
	}
	return errors.Join(cmd.Start(), unix.SchedSetaffinity(0, &before))
}

func (p *peer) line() (string, error) {
	line, err := p.out.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("%s: it ended too early: %w", strings.Join(p.cmd.Args, " "), err)
	}
	return strings.TrimSpace(line), nil
}

// round asks for n operations, after as many to warm up, and returns how many ns one took.
func (p *peer) round(n int) ([]float64, error) {
	fmt.Fprintln(p.in, n)
	line, err := p.line()
	if err != nil {
		return nil, err
	}
	ns, err := strconv.ParseFloat(line, 64)
	return []float64{ns}, err
}

// onCPU is a peer that is timed by what it uses of its core, so that what else
// the machine does counts less.
type onCPU struct{ *peer }

func (p onCPU) round(n int) ([]float64, error) {
	before, err := p.cpu()
	if err != nil {
		return nil, err
	}
	if _, err := p.peer.round(n); err != nil {
		return nil, err
	}
	after, err := p.cpu()
	return []float64{(after - before) / float64(twice*n)}, err
}

// close ends the child: its standard input ends.
func (p *peer) close() error {
	p.in.Close()
	io.Copy(io.Discard, p.out)
	return p.cmd.Wait()
}

// cpu returns how many ns of a core the child has used so far, all threads.
func (p *peer) cpu() (float64, error) {
	const scheduler = 2 // CPUCLOCK_SCHED, see clock_getcpuclockid(3)
	var ts unix.Timespec
	err := unix.ClockGettime(int32(^p.cmd.Process.Pid<<3|scheduler), &ts)
	return float64(ts.Nano()), err
}

// memory returns how many bytes of memory of its own the child has.
func (p *peer) memory() (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, found := strings.Cut(string(status), "RssAnon:")
	var kib float64
	if _, err := fmt.Sscan(rest, &kib); err != nil || !found {
		return 0, errors.New("/proc tells no RssAnon")
	}
	return kib * 1024, nil
}
