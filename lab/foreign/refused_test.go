//go:build linux && (amd64 || arm64)

package foreign

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"fdlab/lab/skip"
	"fdlab/lab/trace"
)

// refuses is the argument that makes this test a tracer to which the kernel says no.
const refuses = "refuses="

// refused is that tracer: a filter lets a call fail, as another kernel or a container would,
// then a program is started or attached to. It prints what the person would be told.
func refused(args []string) {
	nr, _ := strconv.Atoi(strings.TrimPrefix(args[0], refuses))
	errno, _ := strconv.Atoi(args[1])
	runtime.LockOSThread()
	if nr >= 0 {
		if err := fail(nr, unix.Errno(errno)); err != nil {
			fmt.Println("no filter:", err)
			os.Exit(1)
		}
	}
	ring, err := trace.NewRing(1 << 12)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	if pid, _ := strconv.Atoi(args[2]); pid != 0 {
		_, err = Attach(ring.Recorder(), nil, pid, Options{}, nil)
	} else {
		_, err = Launch(ring.Recorder(), nil, Options{Args: args[2:], Files: [3]*os.File{os.Stdin, os.Stdout, os.Stderr}})
	}
	fmt.Println(err)
	var records [64]trace.Record
	r := ring.Reader()
	for n := r.Read(records[:]); n > 0; n = r.Read(records[:]) {
		for i := range records[:n] {
			if records[i].Kind == trace.Note {
				fmt.Println(r.String(records[i].Str))
			}
		}
	}
	os.Exit(0)
}

// fail lets a call of this whole process fail with an error from now on.
func fail(nr int, errno unix.Errno) error {
	prog := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: dataNumber},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: uint32(nr), Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(errno)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	fprog := unix.SockFprog{Len: uint16(len(prog)), Filter: &prog[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	_, _, err := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&fprog)))
	if err != 0 {
		return err
	}
	return nil
}

// TestARefusalSaysTheWayOut: what the kernel, a container or an owner forbids is told in a sentence,
// with what to do. The errors are the kernel's own, or given in its place.
func TestARefusalSaysTheWayOut(t *testing.T) {
	sleeper := exec.Command("sleep", "600")
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { sleeper.Process.Kill(); sleeper.Wait() }()
	pid := strconv.Itoa(sleeper.Process.Pid)
	const none, nobody = -1, 65534
	for _, c := range []struct {
		what  string
		nr    int
		errno unix.Errno
		args  []string
		as    uint32   // the user, if this test is root's
		says  []string // of which each must be said
	}{
		{"no ptrace", unix.SYS_PTRACE, unix.EPERM, []string{"true"}, 0, []string{"forbids tracing programs", "--cap-add=SYS_PTRACE"}},
		{"no seccomp", unix.SYS_SECCOMP, unix.EINVAL, []string{"true"}, 0, []string{"forbids a seccomp filter", "seccomp=unconfined", "tui attach PID"}},
		{"no pidfd", unix.SYS_PIDFD_GETFD, unix.EPERM, []string{"true"}, 0, []string{"readiness is not shown", "--cap-add=SYS_PTRACE"}},
		{"a container that forbids to attach", unix.SYS_PTRACE, unix.EPERM, []string{pid}, 0, []string{pid, "ptrace"}},
		{"another user's process", none, 0, []string{"1"}, nobody, []string{"belongs to root", "Only its owner or root may"}},
	} {
		cmd := exec.Command("/proc/self/exe", append([]string{refuses + strconv.Itoa(c.nr), strconv.Itoa(int(c.errno))}, c.args...)...)
		if c.as != 0 && os.Getuid() == 0 {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: c.as, Gid: c.as}}
		}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v: %s", c.what, err, out)
		}
		for _, words := range c.says {
			if !bytes.Contains(out, []byte(words)) {
				t.Errorf("%s: it says %q; want %q in it", c.what, out, words)
			}
		}
	}
}

// TestYamaIsNamed: no machine of ours has it, so its file is given here.
func TestYamaIsNamed(t *testing.T) {
	for scope, words := range map[string][]string{
		"1\n": {"not a child of fdlab", "ptrace_scope 1", "tui trace", "ptrace_scope=0"},
		"2\n": {"root alone", "ptrace_scope 2", "ptrace_scope=0"},
		"3\n": {"until the next boot", "ptrace_scope 3"},
		"0\n": {"set-uid", "--cap-add=SYS_PTRACE"},
		"":    {"set-uid", "--cap-add=SYS_PTRACE"},
	} {
		err := refusedByRule(4711, scope, unix.EPERM)
		if !errors.Is(err, unix.EPERM) {
			t.Errorf("scope %q: the error is lost: %v", scope, err)
		}
		for _, w := range words {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("scope %q: %q; want %q in it", scope, err, w)
			}
		}
	}
}

// TestSetUidIsNamed: the filter forbids a program to gain rights, and that is said.
func TestSetUidIsNamed(t *testing.T) {
	path, err := exec.LookPath("su") // root's, on every Debian
	if err != nil {
		skip.Missing(t, "there is no set-uid program: su(1) is not installed")
	}
	args := []string{path, "--help"}
	if os.Getuid() == 0 { // to root's own nothing is forbidden
		path, args = filepath.Join(t.TempDir(), "true"), nil
		text, err := os.ReadFile("/bin/true")
		if err == nil {
			err = errors.Join(os.WriteFile(path, text, 0o755), os.Chown(path, 65534, -1), os.Chmod(path, 0o755|os.ModeSetuid))
		}
		if err != nil {
			t.Fatal(err)
		}
		args = []string{path}
	}
	p := launch(t, Options{Args: args})
	p.wait()
	said := false
	for i := range p.records {
		r := &p.records[i]
		said = said || r.Kind == trace.Note && strings.Contains(p.reader.String(r.Str), "set-uid")
	}
	if !said {
		t.Errorf("nothing is said of %s\n%s", path, p.tell(20))
	}
}
