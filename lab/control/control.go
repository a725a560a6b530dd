package control

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
)

// Environment is the variable that names the inherited file descriptor of the
// control channel: one end of a stream socket. Without it nobody controls.
const Environment = "FDLAB_CONTROL"

// The commands, one to a line. "poke" is followed by a space and the key; "hold"
// may be by a place and an fd (HoldCall), and "release" opens both gates.
const (
	Hold    = "hold"
	Release = "release"
	Step    = "step"
	Poke    = "poke"
	Stop    = "stop"
)

// Letters are the keys that an experiment may offer. All other keys of a plain
// keyboard belong to the instrument, on all its screens: so no poke hides a key
// of the instrument, and none is hidden by one. docs/adding-a-lesson.md has the
// table.
const Letters = "abcdefmsuwxy"

// mayOffer reports whether a key is the experiment's to offer. Letters of other
// scripts are: the instrument has none.
func mayOffer(key rune) bool {
	return strings.ContainsRune(Letters, key) || key >= utf8.RuneSelf
}

// poke is something that a person may do to the experiment by a key.
type poke struct {
	text string
	do   func()
}

// Control is the experiment's end of the channel: its gate, its pokes, and the
// wish that it stop. The zero Control is ready to use.
type Control struct {
	Gate  Gate
	Calls CallGate

	mu       sync.Mutex
	conn     *os.File // to who controls this process, or nil
	pokes    map[rune]poke
	poked    bool
	stopped  chan struct{}
	stopOnce sync.Once
}

// process is the control of this process.
var process = sync.OnceValue(func() *Control {
	c := &Control{}
	text, ok := os.LookupEnv(Environment)
	if !ok {
		return c
	}
	fd, err := strconv.Atoi(text)
	if err != nil || fd < 3 {
		fmt.Fprintf(os.Stderr, "fdlab: %s=%q is not a file descriptor: nobody can hold or poke\n", Environment, text)
		return c
	}
	os.Unsetenv(Environment)
	unix.CloseOnExec(fd)
	c.conn = os.NewFile(uintptr(fd), "control")
	go c.Serve(c.conn)
	return c
})

// Process returns the control of this process. At the first call it begins to
// obey the channel that the environment names, if there is one.
func Process() *Control { return process() }

// Serve obeys the commands that arrive on conn until its end, and then asks
// the experiment to stop: the process at the other end is gone.
func (c *Control) Serve(conn *os.File) {
	defer conn.Close()
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		c.Obey(lines.Text())
	}
	c.release()
	c.stop()
}

func (c *Control) release() {
	c.Gate.Release()
	c.Calls.Release()
}

// Obey carries out one command. A command that it does not know changes
// nothing, and leaves a note in the trace.
func (c *Control) Obey(command string) {
	word, rest, _ := strings.Cut(command, " ")
	switch word {
	case Hold:
		if !c.hold(rest) {
			note(fmt.Sprintf("control: unknown command %q", command))
		}
	case Release:
		c.release()
	case Step:
		c.Gate.Step()
	case Stop:
		c.release()
		c.stop()
	case Poke:
		key, _ := utf8.DecodeRuneInString(rest)
		c.poke(key)
	default:
		note(fmt.Sprintf("control: unknown command %q", command))
	}
}

// Offer lets key do something to the experiment. do runs on the goroutine that
// obeys commands, one call for each press: it must not block. An offer with
// the key of an earlier one replaces it. It panics where the key is not one of
// Letters.
func (c *Control) Offer(key rune, text string, do func()) {
	if !mayOffer(key) {
		panic(fmt.Sprintf("control: the key %q is the instrument's: offer one of %s", key, Letters))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pokes == nil {
		c.pokes = map[rune]poke{}
	}
	c.pokes[key] = poke{text, do}
	rec := trace.Process()
	rec.Put(&trace.Record{Kind: trace.Offer, FD: trace.NoFD, Str: rec.String(text), A: int64(key)})
}

// OfferArgument says in the trace that the program can be started with an
// argument, and then does something else: "-backend=poll". In the trace it is an
// offer without a key.
func (c *Control) OfferArgument(argument string) {
	rec := trace.Process()
	rec.Put(&trace.Record{Kind: trace.Offer, FD: trace.NoFD, Str: rec.String(argument)})
}

// Withdraw takes an offer back.
func (c *Control) Withdraw(key rune) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.pokes, key)
	trace.Process().Put(&trace.Record{Kind: trace.Offer, FD: trace.NoFD, A: int64(key)})
}

func (c *Control) poke(key rune) {
	c.mu.Lock()
	p, ok := c.pokes[key]
	c.poked = c.poked || ok
	c.mu.Unlock()
	if !ok {
		note(fmt.Sprintf("control: no poke on key %q", key))
		return
	}
	rec := trace.Process()
	rec.Put(&trace.Record{Kind: trace.Poke, FD: trace.NoFD, Str: rec.String(p.text), A: int64(key)})
	p.do()
}

// Poked reports whether anybody has poked the experiment: its measurements are
// then not those of its script alone.
func (c *Control) Poked() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.poked
}

// Stopped returns a channel that is closed when the experiment should stop.
func (c *Control) Stopped() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped == nil {
		c.stopped = make(chan struct{})
	}
	return c.stopped
}

func (c *Control) stop() {
	c.Stopped() // make sure that there is a channel to close
	c.stopOnce.Do(func() { close(c.stopped) })
}

func note(text string) {
	rec := trace.Process()
	rec.Put(&trace.Record{Kind: trace.Note, FD: trace.NoFD, Str: rec.String(text)})
}
