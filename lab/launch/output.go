package launch

import (
	"bytes"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// Stream says where a line of the program's output came from.
type Stream uint8

const (
	Stdout Stream = iota
	Stderr
)

func (s Stream) String() string { return [...]string{"stdout", "stderr"}[s] }

// Line is one line that the program printed.
type Line struct {
	Number int // from 0, over both streams: the order in which lines arrived here
	Stream Stream
	Open   bool   // no line end yet: it may grow, or it was too long for one line
	Bytes  []byte // raw, without the line end; do not change them
}

// Quoted returns the line as it may be drawn on a terminal.
func (l Line) Quoted() string { return Quote(l.Bytes) }

// Quote makes bytes from outside fit to be drawn: what is not printable is
// written as in a Go string ("\x1b"), a tab as four spaces. No quotation marks
// are put around it.
func Quote(raw []byte) string {
	var b strings.Builder
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		switch {
		case r == '\t':
			b.WriteString("    ")
		case r == utf8.RuneError && size == 1 || !strconv.IsPrint(r):
			escaped := strconv.Quote(string(raw[:size]))
			b.WriteString(escaped[1 : len(escaped)-1])
		default:
			b.Write(raw[:size])
		}
		raw = raw[size:]
	}
	return b.String()
}

const (
	kept    = 256 << 10 // bytes of output that are kept, the newest
	longest = 4 << 10   // bytes of one line; a longer one goes on in the next
	perLine = 64        // what a line costs apart from its bytes
)

// Output is what a program printed, the newest part of it. All methods may be
// called from any goroutine.
type Output struct {
	mu    sync.Mutex
	lines []Line    // invariant: the sum of their costs is at most kept
	size  int       // that sum
	next  int       // number of the next line
	open  [2][]byte // per stream: the line that has no end yet
	cut   int64     // bytes that were dropped to stay within kept
	total int64
	gate  sync.RWMutex  // held for writing while nobody reads: see Hold
	apart *bytes.Buffer // takes what standard error says, once it is not nil: see Stacks
}

// Lines returns the lines that are kept, the oldest first.
func (o *Output) Lines() []Line { return o.Tail(-1) }

// Tail returns the last n lines, or all that are kept if n < 0.
func (o *Output) Tail(n int) []Line {
	o.mu.Lock()
	defer o.mu.Unlock()
	var open []Line
	for s, text := range o.open {
		if len(text) > 0 {
			open = append(open, Line{o.next + len(open), Stream(s), true, bytes.Clone(text)})
		}
	}
	all := len(o.lines) + len(open)
	if n < 0 || n > all {
		n = all
	}
	if n <= len(open) {
		return open[len(open)-n:]
	}
	return append(append([]Line(nil), o.lines[all-n:]...), open...)
}

// Size returns how many bytes the program printed, and how many of them are
// no longer kept.
func (o *Output) Size() (total, cut int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.total, o.cut
}

// fatal is how Go says why it ends a program, before it says where.
var fatal = regexp.MustCompile(`^(panic|fatal error|SIG[A-Z]+): `)

// LastWords returns why a program failed, in its own words, quoted: the last line of
// its standard error, or Go's reason for a panic.
func (o *Output) LastWords() (said string) {
	for _, l := range o.Lines() {
		if l.Stream != Stderr || len(bytes.TrimSpace(l.Bytes)) == 0 {
			continue
		}
		said = l.Quoted()
		if fatal.MatchString(said) {
			break
		}
	}
	const most = 200
	if cut := []rune(said); len(cut) > most {
		said = string(cut[:most]) + "..."
	}
	return strings.TrimSpace(said)
}

// write takes in what arrived on a stream.
func (o *Output) write(s Stream, p []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if s == Stderr && o.apart != nil {
		o.apart.Write(p[:min(len(p), mostStacks-o.apart.Len())])
		return
	}
	o.total += int64(len(p))
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n')
		whole := end >= 0
		if !whole {
			end = len(p)
		}
		if room := longest - len(o.open[s]); end > room {
			o.open[s] = append(o.open[s], p[:room]...)
			p = p[room:]
			o.add(s, true)
			continue
		}
		o.open[s] = append(o.open[s], p[:end]...)
		if !whole {
			return
		}
		p = p[end+1:]
		o.add(s, false)
	}
}

// add makes the open line of a stream a line.
func (o *Output) add(s Stream, open bool) {
	o.lines = append(o.lines, Line{o.next, s, open, bytes.Clone(o.open[s])})
	o.next++
	o.size += len(o.open[s]) + perLine
	o.open[s] = o.open[s][:0]
	drop := 0
	for o.size > kept {
		o.size -= len(o.lines[drop].Bytes) + perLine
		o.cut += int64(len(o.lines[drop].Bytes))
		if !o.lines[drop].Open {
			o.cut++ // its line end
		}
		o.lines[drop] = Line{}
		drop++
	}
	o.lines = o.lines[drop:]
}

// Hold stops reading what the program prints, but for one more piece, until release is called:
// a program that prints more than the pipes hold is blocked in its write, and its end is not
// known (see Run.Done).
func (o *Output) Hold() (release func()) {
	o.gate.Lock()
	return o.gate.Unlock
}

// wait returns when reading is not held.
func (o *Output) wait() {
	o.gate.RLock()
	defer o.gate.RUnlock()
}

// drain reads one of the program's streams until its end. It always reads on,
// so that a program that prints much is never blocked for ever.
//
// When the program has ended, the run sets a deadline: a grandchild that got
// away may keep the pipe open. What the program itself wrote is in the pipe by
// then, and is read without waiting.
func (o *Output) drain(s Stream, from *os.File) error {
	defer from.Close()
	buf := make([]byte, 32<<10)
	for {
		o.wait()
		n, err := from.Read(buf)
		o.write(s, buf[:n])
		if os.IsTimeout(err) {
			return o.rest(s, from, buf)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// mostRest is more than a pipe holds: an unprivileged process may make one
// hold 1 MiB.
const mostRest = 1 << 20

func (o *Output) rest(s Stream, from *os.File, buf []byte) error {
	conn, err := from.SyscallConn()
	if err != nil {
		return err
	}
	return conn.Control(func(fd uintptr) {
		for got := 0; got < mostRest; {
			n, err := unix.Read(int(fd), buf) // never blocks: Go made the pipe so
			if err == unix.EINTR {
				continue
			}
			if n <= 0 {
				return // empty (EAGAIN), or the end
			}
			o.write(s, buf[:n])
			got += n
		}
	})
}
