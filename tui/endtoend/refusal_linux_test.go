package endtoend

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/seccomp"
	"fdlab/lab/skip"
)

// refusal is one system call of the instrument that fails, though nothing is
// wrong: the nth of these, from 1, of all its threads, and of the processes that it
// is about to make. 0: none fails.
type refusal struct {
	call  string
	nth   int64
	errno unix.Errno
}

// refusable are the calls that the instrument makes, by itself or by Go's library, and
// the errors with which each is tried. Those that Go's runtime makes for itself are not
// here: without memory, a thread or epoll it gives up, whoever the program is.
var refusable = map[string]struct {
	number uint32
	errnos []unix.Errno
}{
	"open":       {unix.SYS_OPENAT, []unix.Errno{unix.EMFILE, unix.EACCES}},
	"read":       {unix.SYS_READ, []unix.Errno{unix.EIO}},
	"pread":      {unix.SYS_PREAD64, []unix.Errno{unix.EIO}},
	"write":      {unix.SYS_WRITE, []unix.Errno{unix.EIO, unix.ENOSPC}},
	"fstat":      {unix.SYS_FSTAT, []unix.Errno{unix.EIO}},
	"getdents":   {unix.SYS_GETDENTS64, []unix.Errno{unix.EIO}},
	"readlink":   {unix.SYS_READLINKAT, []unix.Errno{unix.ENOENT}},
	"mkdir":      {unix.SYS_MKDIRAT, []unix.Errno{unix.ENOSPC}},
	"rename":     {unix.SYS_RENAMEAT, []unix.Errno{unix.ENOSPC}},
	"fsync":      {unix.SYS_FSYNC, []unix.Errno{unix.EIO}},
	"ftruncate":  {unix.SYS_FTRUNCATE, []unix.Errno{unix.ENOSPC}},
	"mmap":       {unix.SYS_MMAP, []unix.Errno{unix.ENOMEM}}, // of a file
	"memfd":      {unix.SYS_MEMFD_CREATE, []unix.Errno{unix.EMFILE, unix.EPERM}},
	"pipe":       {unix.SYS_PIPE2, []unix.Errno{unix.EMFILE}},
	"socketpair": {unix.SYS_SOCKETPAIR, []unix.Errno{unix.EMFILE}},
	"fcntl":      {unix.SYS_FCNTL, []unix.Errno{unix.EMFILE}},
	"ioctl":      {unix.SYS_IOCTL, []unix.Errno{unix.EIO}},
	"clone":      {unix.SYS_CLONE, []unix.Errno{unix.EAGAIN}}, // a process
	"execve":     {unix.SYS_EXECVE, []unix.Errno{unix.ENOMEM}},
	"dup":        {unix.SYS_DUP3, []unix.Errno{unix.EMFILE}},
	"setsid":     {unix.SYS_SETSID, []unix.Errno{unix.EPERM}},
	"prctl":      {unix.SYS_PRCTL, []unix.Errno{unix.EINVAL}},
	"waitid":     {unix.SYS_WAITID, []unix.Errno{unix.ECHILD}},
	"wait4":      {unix.SYS_WAIT4, []unix.Errno{unix.ECHILD}},
	"kill":       {unix.SYS_KILL, []unix.Errno{unix.EPERM}},
	"pidfd_open": {unix.SYS_PIDFD_OPEN, []unix.Errno{unix.EMFILE}},
	"pidfd_send": {unix.SYS_PIDFD_SEND_SIGNAL, []unix.Errno{unix.EPERM}},
	"rlimit":     {unix.SYS_PRLIMIT64, []unix.Errno{unix.EPERM}},
}

// places is how many of each call are refused, with each error, in the whole table.
const places = 6

// TestARefusedCallIsTold: whichever system call of the instrument fails, it does not
// hang, gives the terminal back, and either all is as ever or a sentence says what
// failed. This tries each call, the first times and then anywhere:
//
//	FDLAB_FAULTS=all go test ./tui/endtoend -run TestARefusedCallIsTold -timeout 2h
//
// and this one refusal again, as a failure names it: FDLAB_FAULTS="open 3 EMFILE".
func TestARefusedCallIsTold(t *testing.T) {
	how := os.Getenv(table)
	if words := strings.Fields(how); len(words) == 3 {
		nth, err := strconv.ParseInt(words[1], 10, 64)
		if _, known := refusable[words[0]]; err != nil || !known {
			t.Fatalf("%q is no refusal", how)
		}
		for e := unix.Errno(1); e < 200; e++ {
			if unix.ErrnoName(e) == words[2] {
				refusal{words[0], nth, e}.try(t)
				return
			}
		}
		t.Fatalf("%q is no refusal", how)
	}
	if how != "all" {
		for _, r := range some {
			t.Run(r.String(), func(t *testing.T) {
				t.Parallel()
				r.try(t)
			})
		}
		return
	}
	for _, call := range slices.Sorted(maps.Keys(refusable)) {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			made := refusal{call: call}.try(t)
			if made == 0 {
				t.Skip("the instrument makes no such call")
			}
			for _, errno := range refusable[call].errnos {
				for nth := int64(1); nth <= min(places, made); nth++ {
					r := refusal{call, nth, errno}
					if nth > places/2 {
						r.nth += rand.Int64N(made - nth + 1)
					}
					t.Run(r.String(), func(t *testing.T) { r.try(t) })
				}
			}
		})
	}
}

// some are those of each run of the tests: the build, the child and its channels, the
// terminal, the student's progress.
var some = []refusal{
	{"memfd", 1, unix.EMFILE}, {"clone", 1, unix.EAGAIN}, {"clone", 2, unix.EAGAIN}, {"socketpair", 1, unix.EMFILE},
	{"waitid", 4, unix.ECHILD}, {"ftruncate", 1, unix.ENOSPC}, {"mkdir", 1, unix.ENOSPC}, {"ioctl", 8, unix.EIO}, {"write", 3, unix.EIO},
	{"write", 10, unix.EIO}, // a frame of the course, as a rule
	{"ioctl", 11, unix.EIO}, // the last one: the terminal gets its settings back
}

func (r refusal) String() string {
	return fmt.Sprintf("%s %d %s", r.call, r.nth, unix.ErrnoName(r.errno))
}

// try runs lesson 01 until it is live, and leaves. It returns how many of these calls
// were made.
func (r refusal) try(t *testing.T) (made int64) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[0])
	theirs := os.NewFile(uintptr(pair[1]), "theirs")
	x := start(t, options{by: []string{os.Args[0]}, files: []*os.File{theirs},
		env: []string{without + "=refused", fmt.Sprintf("%s=%d", asked, refusable[r.call].number)}})
	theirs.Close()
	listener, err := seccomp.Receive(pair[0])
	if err != nil {
		skip.Missing(t, "this system has no seccomp_unotify(2): %v", err)
	}
	defer unix.Close(listener)
	var calls atomic.Int64
	ended, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		seccomp.Serve(listener, ended, func(c *seccomp.Call) unix.Errno {
			if ofInstrument(c) && calls.Add(1) == r.nth {
				return r.errno
			}
			return 0
		}, nil)
	}()
	defer func() { close(ended); <-over; made = calls.Load() }()

	live, told := x.untilLive(r)
	for x.press("\x03"); !x.endsWithin(3 * time.Second); x.press("\x03") {
	}
	status, left, after := x.wait(), x.leftBehind(), x.terminalAfter()
	if said := sentence.Match(x.written()); !live && !told && !said || status > 0 && !said {
		t.Errorf("live: %t, exit status %d, and no sentence:\n%v", live, status, x.now())
	}
	if left != "nothing" {
		t.Errorf("left behind: %s", left)
	}
	if after != "as before" {
		t.Errorf("the terminal after: %s", after)
	}
	return made // by the deferred function
}

// sentence is how the instrument says why it ends, or the system why it cannot begin.
var sentence = regexp.MustCompile(`fdlab: |fdlab did not react|error while loading shared libraries`)

// ofInstrument reports whether the instrument makes the call, or a process of it that
// has not executed another program yet. What Go's runtime does for itself does not
// count: its threads, its memory, the eventfd by which it wakes a thread, whether the
// standard fds are open.
func ofInstrument(c *seccomp.Call) bool {
	const thread = 0x10000 // CLONE_THREAD
	switch c.Number {
	case unix.SYS_CLONE:
		if c.Args[0]&thread != 0 {
			return false
		}
	case unix.SYS_FCNTL:
		if c.Args[1] == unix.F_GETFD {
			return false
		}
	case unix.SYS_MMAP:
		if int32(c.Args[4]) == -1 {
			return false
		}
	}
	exe, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", c.PID))
	return exe == binary && !c.OfEventfd()
}

// untilLive goes on to the stage. A key may get lost, and is pressed again, as a
// student would. told: the screen says the error, and it goes no further.
func (x *terminal) untilLive(r refusal) (live, told bool) {
	x.t.Helper()
	var pressed time.Time
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		s := x.now()
		switch {
		case x.endsWithin(0):
			return false, false
		case strings.Contains(s.words(), r.errno.Error()):
			return false, true
		case oneRow("step 1 of 3")(s):
			return true, false
		case time.Since(pressed) < 3*time.Second:
		case shows("a lab bench for file descriptors")(s):
			x.press(enter)
			pressed = time.Now()
		case shows("Predict", "Recall")(s):
			x.press("r")
			pressed = time.Now()
		}
	}
	x.t.Fatalf("it hangs:\n%v", x.now())
	return false, false
}

func (x *terminal) endsWithin(d time.Duration) bool {
	select {
	case <-x.exited:
		return true
	default:
	}
	select {
	case <-x.exited:
		return true
	case <-time.After(d):
		return false
	}
}
