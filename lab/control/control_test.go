package control

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
)

// channel serves a Control over a real socket, as an instrument does.
func channel(t *testing.T) (c *Control, hand *os.File, over <-chan struct{}) {
	t.Helper()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	c, hand = &Control{}, os.NewFile(uintptr(pair[0]), "hand")
	done := make(chan struct{})
	go func() {
		c.Serve(os.NewFile(uintptr(pair[1]), "control"))
		close(done)
	}()
	t.Cleanup(func() { hand.Close(); <-done })
	return c, hand, done
}

func held(c *Control) bool { now, _ := c.Gate.Held(); return now }

func stopped(c *Control) bool {
	select {
	case <-c.Stopped():
		return true
	default:
		return false
	}
}

func TestCommandsOverTheChannel(t *testing.T) {
	c, hand, _ := channel(t)
	l := recorded()
	var pressed []rune // only the serving goroutine and, after a wait, this one
	done := make(chan rune, 10)
	c.Offer('a', "write to the first pipe", func() { done <- 'a' })
	c.Offer('好', "write to the second", func() { done <- '好' })

	hand.WriteString("hold\n")
	until(t, "the hold", func() bool { return held(c) })
	hand.WriteString("poke a\npoke 好\n") // pokes work while time is held
	pressed = append(pressed, <-done, <-done)
	if string(pressed) != "a好" || !c.Poked() {
		t.Errorf("pressed %q, Poked() = %v", string(pressed), c.Poked())
	}
	hand.WriteString("release\n")
	until(t, "the release", func() bool { return !held(c) })
	if stopped(c) {
		t.Error("stopped without a stop")
	}
	hand.WriteString("hold\nstop\n")
	<-c.Stopped()
	until(t, "the gate to open", func() bool { return !held(c) }) // who stops must get through
	if l.count(trace.Poke, "write to the first pipe") != 1 || l.count(trace.Poke, "write to the second") != 1 {
		t.Error("the pokes are not in the trace")
	}
	hand.WriteString("stop\n") // a second stop is no harm
}

func TestEndOfChannelStops(t *testing.T) {
	c, hand, over := channel(t)
	hand.WriteString("hold\n")
	until(t, "the hold", func() bool { return held(c) })
	hand.Close()
	<-over
	if !stopped(c) || held(c) {
		t.Errorf("who held is gone: stopped %v, held %v; want true, false", stopped(c), held(c))
	}
}

func TestUnknownCommandsAreNoted(t *testing.T) {
	c, hand, _ := channel(t)
	l := recorded()
	for _, command := range []string{"", "dance", "HOLD", "hold\x1b[31m", "poke", "poke x"} {
		fmt.Fprintln(hand, command)
	}
	hand.WriteString("hold\n") // and it still obeys
	until(t, "the hold", func() bool { return held(c) })
	for _, want := range []string{
		`control: unknown command ""`, `control: unknown command "dance"`, `control: unknown command "HOLD"`,
		`control: unknown command "hold\x1b[31m"`, `control: no poke on key 'x'`, "control: no poke on key '�'",
	} {
		if n := l.count(trace.Note, want); n != 1 {
			t.Errorf("%d notes say %s; want one", n, want)
		}
	}
	if stopped(c) || c.Poked() {
		t.Errorf("stopped %v, poked %v by unknown commands", stopped(c), c.Poked())
	}
}

func TestOffersAreReplacedAndWithdrawn(t *testing.T) {
	l := recorded()
	var c Control
	got := ""
	c.Offer('a', "old", func() { got += "old" })
	c.Offer('a', "new", func() { got += "new" })
	c.Obey("poke a")
	c.Withdraw('a')
	c.Obey("poke a")
	if got != "new" {
		t.Errorf("the pokes did %q; want only the new offer, once", got)
	}
	if l.count(trace.Offer, "old") != 1 || l.count(trace.Offer, "new") != 1 || l.count(trace.Offer, "") != 1 {
		t.Error("the trace lacks an offer")
	}
}

// TestTheInstrumentsKeysCannotBeOffered: an experiment that tries ends at once,
// in place of a poke that nobody can reach.
func TestTheInstrumentsKeysCannotBeOffered(t *testing.T) {
	for _, key := range "rqBio?. 1" {
		t.Run(string(key), func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it was taken")
				}
			}()
			new(Control).Offer(key, "something", func() {})
		})
	}
	for _, key := range Letters {
		new(Control).Offer(key, "something", func() {})
	}
}

// A poke may make new offers: it must not be called with the lock held.
func TestPokeMayOffer(t *testing.T) {
	var c Control
	done := make(chan struct{})
	c.Offer('a', "outer", func() {
		c.Offer('b', "inner", func() { close(done) })
		c.Withdraw('a')
	})
	c.Obey("poke a")
	c.Obey("poke b")
	<-done
}

const childVariable = "FDLAB_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) == "" {
		os.Exit(m.Run())
	}
	// The child: an experiment that waits until it is told to stop.
	c := Process()
	_, inherited := os.LookupEnv(Environment)
	fmt.Println("variable left for children:", inherited)
	select {
	case <-c.Stopped():
		fmt.Println("stopped")
	case <-time.After(20 * time.Second):
		fmt.Println("nobody stops me")
	}
}

func TestProcessObeysTheInheritedChannel(t *testing.T) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	unix.CloseOnExec(pair[0])
	unix.CloseOnExec(pair[1])
	hand, theirs := os.NewFile(uintptr(pair[0]), "hand"), os.NewFile(uintptr(pair[1]), "theirs")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"=1", Environment+"=3")
	cmd.ExtraFiles = []*os.File{theirs}
	hand.WriteString("stop\n")
	out, err := cmd.CombinedOutput()
	theirs.Close()
	hand.Close()
	if err != nil || string(out) != "variable left for children: false\nstopped\n" {
		t.Errorf("the child: %v, says %q", err, out)
	}
}

func TestBadChannelIsNamed(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childVariable+"=1", Environment+"=xyz")
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 1000)
	n, _ := pipe.Read(buf)
	cmd.Process.Kill()
	cmd.Wait()
	if said := string(buf[:n]); !strings.Contains(said, `FDLAB_CONTROL="xyz" is not a file descriptor`) {
		t.Errorf("the child says %q", said)
	}
}
