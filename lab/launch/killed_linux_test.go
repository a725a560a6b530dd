package launch

import (
	"bufio"
	"context"
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
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/litter"
)

// play starts an instrument and returns it with its words, up to the first
// that is not "building".
func play(t *testing.T, temp, what string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), instrument+"="+what, "TMPDIR="+temp)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	words := bufio.NewScanner(out)
	if !words.Scan() || words.Text() != "building" {
		t.Fatalf("the instrument said %q", words.Text())
	}
	return cmd, words
}

func TestChildDiesWithAKilledInstrument(t *testing.T) {
	for _, what := range []string{"stubborn", "obedient"} {
		temp := t.TempDir()
		cmd, words := play(t, temp, what)
		words.Scan()
		pid, err := strconv.Atoi(words.Text())
		if err != nil {
			t.Fatalf("the instrument said %q", words.Text())
		}
		if got := entries(t, temp); len(got) != 0 {
			t.Errorf("while the program runs, there is %q", got)
		}
		if gone(pid) {
			t.Fatal("the child is gone already")
		}
		cmd.Process.Signal(unix.SIGKILL)
		within(t, "the child is gone", func() bool { return gone(pid) })
		if got := entries(t, temp); len(got) != 0 {
			t.Errorf("left behind: %q", got)
		}
	}
}

// TestInstrumentKilledWhileItBuilds: the next start ends the build that goes on,
// and takes its folder away.
func TestInstrumentKilledWhileItBuilds(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("GOFLAGS", "-a") // it takes its time
	cmd, _ := play(t, temp, "family")
	building := func() (pids []int) {
		killWhere(func(env environ) bool {
			if strings.HasPrefix(env[buildFolder], temp) {
				pids = append(pids, 0)
			}
			return false
		})
		return pids
	}
	within(t, "the build has begun", func() bool { return len(building()) > 2 })
	cmd.Process.Signal(unix.SIGKILL)
	cmd.Wait()
	if len(building()) == 0 {
		t.Fatal("the build has ended with the instrument: nothing is tested here")
	}
	t.Setenv("TMPDIR", temp)
	Sweep(t.TempDir())
	within(t, "the build has ended", func() bool { return len(building()) == 0 })
	if got := entries(t, temp); len(got) != 0 {
		t.Errorf("left behind: %q", got)
	}
}

// TestWhoIsInAnExecIsFoundToo: this one is again and again, and then its environment is empty.
func TestWhoIsInAnExecIsFoundToo(t *testing.T) {
	script := filepath.Join(t.TempDir(), "again.sh")
	if err := os.WriteFile(script, []byte("exec sh \"$0\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for n := range 50 {
		own := fmt.Sprintf("%d-exec%d", os.Getpid(), n)
		cmd := exec.Command("sh", script)
		cmd.Env = append(os.Environ(), mark+"="+own)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		killWhere(func(env environ) bool { return env[mark] == own })
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			cmd.Process.Kill()
			<-ended
			t.Fatalf("process %d was not found in the middle of an exec", n)
		}
	}
}

// TestSweepTakesOnlyWhatNobodyOwns: processes, folders and FIFOs of an instrument
// that is gone; nothing that belongs to one that lives.
func TestSweepTakesOnlyWhatNobodyOwns(t *testing.T) {
	temp, clone := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temp)
	past := exec.Command("true")
	if err := past.Run(); err != nil {
		t.Fatal(err)
	}
	sleeper := func(owner int) *exec.Cmd {
		cmd := exec.Command("sleep", "600")
		cmd.Env = []string{fmt.Sprintf("%s=%d-1", mark, owner), "PWD=" + clone}
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
		return cmd
	}
	fifo := func(name string, age time.Duration) {
		path, then := filepath.Join(clone, name), time.Now().Add(-age)
		if err := errors.Join(unix.Mkfifo(path, litter.Private), os.Chmod(path, litter.Marked), os.Chtimes(path, then, then)); err != nil {
			t.Fatal(err)
		}
	}
	fifo("event.fifo", time.Hour)
	fifo("new.fifo", 0)
	if err := unix.Mkfifo(filepath.Join(clone, "theirs.fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	os.Mkdir(filepath.Join(temp, fmt.Sprintf("fdlab-run-%d-1", past.Process.Pid)), 0o700)
	os.Mkdir(filepath.Join(temp, fmt.Sprintf("fdlab-run-%d-1", os.Getpid())), 0o700)

	orphan, alive := sleeper(past.Process.Pid), sleeper(os.Getpid())
	Sweep(clone)
	within(t, "the orphan is gone", func() bool { return gone(orphan.Process.Pid) })
	if gone(alive.Process.Pid) {
		t.Error("a program whose instrument lives was killed")
	}
	if got := len(entries(t, clone)); got != 3 {
		t.Errorf("a FIFO was taken while another instrument runs a program: %q", entries(t, clone))
	}
	if got := entries(t, temp); len(got) != 1 {
		t.Errorf("of the folders there remain %q", got)
	}
	alive.Process.Kill()
	alive.Wait()
	Sweep(clone)
	if got := strings.Join(entries(t, clone), " "); got != "new.fifo theirs.fifo" {
		t.Errorf("of the FIFOs there remain %s", got)
	}
}

// TestWhatAKilledChildLeftIsRemoved: the FIFO and the temporary folders that it
// made, also one of which it could not say so any more; nothing else, whatever it says.
func TestWhatAKilledChildLeftIsRemoved(t *testing.T) {
	temp, dir := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temp)
	b := program(t, "litter")
	if err := os.WriteFile(dir+"/precious", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir+"/folder", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, swapped := range []bool{false, true} {
		r, err := Start(b, Options{RingSlots: 1 << 12, Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		saysReady(t, r)
		if got := entries(t, temp); len(got) != 2 {
			t.Fatalf("the program made %q", got)
		}
		want := "folder precious"
		if swapped { // another FIFO stands in its place
			want = "a.fifo " + want
			os.Rename(dir+"/a.fifo", dir+"/b.fifo")
			if err := unix.Mkfifo(dir+"/a.fifo", 0o600); err != nil {
				t.Fatal(err)
			}
			os.Remove(dir + "/b.fifo")
		}
		unix.Kill(r.Pid(), unix.SIGKILL)
		if e := ended(t, r); e.Signal == "" {
			t.Errorf("exit: %v", e)
		}
		r.Close()
		if got := strings.Join(entries(t, dir), " "); got != want {
			t.Errorf("in its folder there is %q, want %q", got, want)
		}
		if got := entries(t, temp); len(got) != 0 {
			t.Errorf("left behind: %q", got)
		}
	}
}

// Pdeathsig follows the thread that started the child.
// Start is called from threads that end at once; the child must live.
func TestChildOutlivesTheCallersThread(t *testing.T) {
	b := program(t, "obedient")
	runs := make(chan *Run)
	for range 3 {
		go func() {
			// A goroutine that ends while locked takes its thread with it.
			runtime.LockOSThread()
			r, err := Start(b, Options{RingSlots: 1 << 12})
			if err != nil {
				t.Error(err)
			}
			runs <- r
		}()
	}
	for range 3 {
		r := <-runs
		if r == nil {
			continue
		}
		saysReady(t, r)
		if err := r.Poke('w'); err != nil {
			t.Error(err)
		}
		within(t, "the child lives", func() bool { return len(texts(r)) == 2 })
		r.Close()
		if e := r.Exit(); e.By != Asked {
			t.Errorf("exit: %v", e)
		}
	}
}

func TestProgramHasNoName(t *testing.T) {
	r := start(t, "plain", Options{Args: []string{"stay"}})
	saysReady(t, r)
	exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", r.Pid()))
	if err != nil || !strings.HasSuffix(exe, "(deleted)") {
		t.Errorf("the program runs from %q, %v", exe, err)
	}
}

// TestKernelThatForbidsNamelessPrograms (sysctl vm.memfd_noexec): the program is
// built in a temporary folder, and has no name from then on.
func TestKernelThatForbidsNamelessPrograms(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	b := &Binary{Package: "./lab/launch/testdata/plain", Name: "plain"}
	if err := b.placeInFolder(); err != nil {
		t.Fatal(err)
	}
	defer b.Remove()
	if err := b.compile(context.Background(), "go", Program{Root: root(t), Package: b.Package}); err != nil {
		t.Fatal(err)
	}
	if got := entries(t, temp); len(got) != 0 {
		t.Errorf("after the build there is %q", got)
	}
	for range 2 { // again without a build
		r, err := Start(b, Options{RingSlots: 1 << 12})
		if err != nil {
			t.Fatal(err)
		}
		if e := ended(t, r); e.Code != 0 {
			t.Errorf("exit: %v", e)
		}
		r.Close()
	}
}
