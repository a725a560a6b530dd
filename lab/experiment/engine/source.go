package engine

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/sys"
)

// Source is something that speaks now and then: the reading end of a pipe or a
// socket, and a note of what was said and heard, and when. The speaking end is
// the world's: it is in this process too, but leaves no records.
type Source struct {
	Name string // "a"
	FD   int    // the reading end; its run closes it

	run         *Run
	nonblocking bool
	ended       atomic.Bool // end of file was read
	reads       atomic.Int64

	mu       sync.Mutex
	world    int       // the speaking end, or -1 when it has ended
	messages []message // in the order of the stream
	heard    int       // how many of them have been read
	partial  []byte    // what was read of the next one
	endSaid  time.Time // when the world closed its end
	endRead  time.Time // when end of file was read
	blocked  []span    // the reads that may have blocked and brought something
}

// message is a line on its way.
type message struct {
	text   string
	byHand bool      // a person's, not the script's
	said   time.Time // when the trace says that it was said, or right before write(2)
	read   time.Time // right after the read(2) that brought its last byte; zero: not yet

	before  time.Duration // Run.Delay, when it was said
	delayed time.Duration // how much that grew until it was read
}

// span is one read(2).
type span struct{ began, ended time.Time }

// Read is read(2) on the source, and a note of what came. It returns 0 and no
// error at end of file, and a bare errno like sys.Read (unix.EAGAIN).
func (s *Source) Read(buf []byte) (n int, err error) {
	began := time.Now()
	n, err = sys.Read(s.FD, buf)
	ended := time.Now()
	s.reads.Add(1)
	if err != nil {
		return n, err
	}
	return n, s.note(buf[:n], span{began, ended})
}

// Ended reports whether end of file was read: nothing more will come.
func (s *Source) Ended() bool { return s.ended.Load() }

// note finds out which messages a read has brought. They come in the order in
// which they were said; several may come in one read, or one in several.
func (s *Source) note(data []byte, at span) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.nonblocking {
		s.blocked = append(s.blocked, at)
	}
	if len(data) == 0 {
		s.endRead = at.ended
		s.ended.Store(true)
		return nil
	}
	s.partial = append(s.partial, data...)
	for {
		line, rest, whole := bytes.Cut(s.partial, []byte("\n"))
		if !whole {
			return nil
		}
		if s.heard == len(s.messages) || s.messages[s.heard].text != string(line) {
			return fmt.Errorf("source %s: read %q, which is not what was said", s.Name, line)
		}
		m := &s.messages[s.heard]
		m.read, m.delayed = at.ended, s.run.Delay()-m.before
		s.heard++
		s.partial = rest
		s.run.tell(s.Name, m)
	}
}

// say writes a message into the source, without blocking.
func (s *Source) say(m message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.world < 0 {
		return nil // it has ended
	}
	s.messages = append(s.messages, m)
	_, err := unix.Write(s.world, []byte(m.text+"\n"))
	if err != nil {
		s.messages = s.messages[:len(s.messages)-1]
		return fmt.Errorf("source %s: write: %w", s.Name, err)
	}
	return nil
}

// end closes the speaking end: a reader gets end of file.
func (s *Source) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.world >= 0 {
		s.endSaid = time.Now()
		unix.Close(s.world)
		s.world = -1
	}
}

// latency is how long a message was on its way: from when it was said
// to right after the read.
func (m *message) latency() time.Duration { return m.read.Sub(m.said) }
