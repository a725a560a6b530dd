package lessontest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// faults are the errors with which each call is tried. EINTR must change nothing
// at all. ECONNRESET and EPIPE are a peer's doing, and no lack. close(2) is not
// among the calls: one that fails has closed all the same, and that the kernel
// cannot be asked to do.
var faults = map[string][]unix.Errno{
	"socket":       {unix.EMFILE, unix.ENOMEM},
	"bind":         {unix.EADDRNOTAVAIL, unix.ENOMEM, unix.EADDRINUSE},
	"listen":       {unix.EADDRINUSE, unix.ENOMEM},
	"accept":       {unix.EMFILE, unix.ENOMEM, unix.ECONNABORTED, unix.EINTR},
	"connect":      {unix.ECONNREFUSED, unix.EADDRNOTAVAIL, unix.ENETUNREACH, unix.ENOMEM},
	"shutdown":     {unix.ENOMEM},
	"setsockopt":   {unix.ENOMEM, unix.ENOPROTOOPT},
	"getsockopt":   {unix.ENOMEM},
	"getsockname":  {unix.ENOBUFS},
	"getpeername":  {unix.ENOBUFS},
	"sendto":       {unix.ENOBUFS},
	"recvfrom":     {unix.ENOMEM, unix.EINTR},
	"pipe":         {unix.EMFILE, unix.ENFILE},
	"socketpair":   {unix.EMFILE, unix.ENOMEM},
	"eventfd":      {unix.EMFILE, unix.ENOMEM},
	"mkfifo":       {unix.ENOSPC, unix.EACCES},
	"open":         {unix.EMFILE, unix.ENOMEM, unix.EINTR},
	"read":         {unix.EIO, unix.ENOMEM, unix.EINTR},
	"write":        {unix.EIO, unix.ENOMEM, unix.EINTR},
	"fcntl":        {unix.EMFILE, unix.ENOMEM},
	"ioctl":        {unix.ENOMEM},
	"epoll_create": {unix.EMFILE, unix.ENOMEM},
	"epoll_ctl":    {unix.ENOMEM, unix.ENOSPC},
	"epoll_wait":   {unix.EINVAL, unix.EINTR},
	"poll":         {unix.ENOMEM, unix.EINTR},
	"select":       {unix.ENOMEM, unix.EINTR},
	"rlimit":       {unix.EPERM},
	"getrusage":    {unix.EINVAL},
}

// faultsVariable says how much Faults does: "all" of it; a number of seconds for
// a sample, another one each day; or one fault, as a failure names it:
// "connect 3 ECONNREFUSED".
const faultsVariable = "FDLAB_FAULTS"

const (
	sampleTime = 8 * time.Second // of one lesson, unless faultsVariable says
	places     = 6               // how many calls of each name fail, with each error, in "all"
)

// Faults runs the lesson again and again, and each time one system call fails.
// No run may end in a wrong verdict: either verdict and answer are those of a
// run in which nothing failed, or it could not be judged, and says why. Nor may
// a check fail, or the account grow without end.
func Faults(t *testing.T) {
	account, status := Run(t, "", "-nowait")
	want := outcomeOf(account)
	if status != 0 || want == "" {
		t.Fatalf("undisturbed: status %d:\n%s", status, account)
	}
	how, random := os.Getenv(faultsVariable), rand.New(rand.NewPCG(uint64(time.Now().Unix()/86400), 0))
	if words := strings.Fields(how); len(words) == 3 {
		nth, _ := strconv.ParseInt(words[1], 10, 64)
		Fault{words[0], nth, errnoOf(words[2])}.try(t, want)
		return
	}
	end := time.Now().Add(sampleTime)
	if n, err := strconv.Atoi(how); err == nil {
		end = time.Now().Add(time.Duration(n) * time.Second)
	}
	names := slices.Sorted(maps.Keys(faults))
	if how == "all" {
		for _, call := range names {
			for _, errno := range faults[call] {
				made := Fault{call, 1, errno}.try(t, want)
				for place := int64(2); place <= places && place <= made; place++ {
					// the first ones, and then anywhere
					if nth := place; place <= 3 {
						Fault{call, nth, errno}.try(t, want)
					} else {
						Fault{call, 4 + random.Int64N(max(1, made-3)), errno}.try(t, want)
					}
				}
			}
		}
		return
	}
	made := map[string]int64{}
	for i := 0; time.Now().Before(end); i++ {
		call := names[random.IntN(len(names))]
		nth := int64(1)
		if n := made[call]; n > 0 {
			nth += random.Int64N(n)
		}
		if n, known := made[call]; known && n == 0 {
			continue // this lesson does not make it
		}
		made[call] = Fault{call, nth, faults[call][random.IntN(len(faults[call]))]}.try(t, want)
	}
}

func (f Fault) String() string {
	return fmt.Sprintf("%s %d %s", f.Call, f.Nth, unix.ErrnoName(f.Errno))
}

// try runs the lesson with the fault, and returns how many of these calls it
// made.
func (f Fault) try(t *testing.T, want string) (made int64) {
	t.Run(f.String(), func(t *testing.T) {
		args := []string{"-nowait"}
		if f.Call == "poll" || f.Call == "select" {
			args = append(args, "-backend", f.Call)
		}
		var account string
		var status int
		account, status, made = f.Run(t, Command(t, "", args...))
		if why := wrong(account, status, want); why != "" {
			t.Errorf("%s\n%s", why, account[:min(len(account), 20_000)])
		}
	})
	return made
}

// wrong says what is wrong with the end of a run, or "".
func wrong(account string, status int, want string) string {
	got := outcomeOf(account)
	switch {
	case len(account) > 100_000:
		return fmt.Sprintf("the account has %d bytes", len(account))
	case status == 2 && strings.Contains(account, "fatal error: "):
		return "" // the Go runtime itself could not go on
	case status == 1 && strings.Contains(account, "nobody reads the account"):
		return "" // it could not even print
	case status == 1 && account == "":
		return ""
	case strings.Contains(account, "failed: "):
		return "a check failed"
	case status == 0 && got != want:
		return fmt.Sprintf("it ends in %q; undisturbed in %q", got, want)
	case status == 0:
		return ""
	case status != 3:
		return fmt.Sprintf("exit status %d", status)
	case strings.Contains(got, "answer"):
		return "an answer, though it could not be judged"
	case !strings.Contains(got, "undecided") || !strings.Contains(account, "could not be judged"):
		return "it does not say that it could not be judged"
	}
	return ""
}

var outcomeLine = regexp.MustCompile(`(?m)^(answer to Predict: \w|verdict: [a-z ]+\.)`)

// outcomeOf is the answer and the ruling: "answer to Predict: a, verdict: true."
func outcomeOf(account string) string {
	return strings.Join(outcomeLine.FindAllString(account, -1), ", ")
}

func errnoOf(name string) unix.Errno {
	for e := unix.Errno(1); e < 200; e++ {
		if unix.ErrnoName(e) == name {
			return e
		}
	}
	return 0
}
