// Package audience lets people look on in their browsers: it serves the page, sends each
// of them what is shown as it comes, and counts their votes.
//
// It knows HTTP, which viewers are connected and what was chosen, and never a name. It
// does not know what it sends: the lesson, the run and the place are JSON that others
// made, records are bytes. It knows no drawing, no terminal and no process, and a caller
// that gives it something never waits for a viewer.
package audience

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"fdlab/lab/course"
)

// The limits of a room. A class of sixty behind one address must have room.
const (
	mostKept    = 6 << 20 // bytes of pieces of the run, as they are sent
	mostBehind  = 150     // pieces that a viewer may be behind: five seconds
	mostAtOnce  = 256 << 10
	mostStreams = 400 // viewers
	mostOfOne   = 128 // of one address
)

// Room is one class. What is given to it reaches the viewers with the next Flush.
type Room struct {
	zip    sync.Mutex // guards what packs
	packer *gzip.Writer
	packed bytes.Buffer

	sending sync.Mutex // guards what follows; it is locked before mu
	idle    map[*stream]bool
	out     []byte

	mu      sync.Mutex // guards what follows
	lesson  state
	run     state
	place   state
	number  int // of the run
	log     log
	asked   string // the lesson whose question can be answered, and
	letters []string
	votes   map[string]map[string]string // letters, by lesson and viewer
	tallies map[string]*course.Votes     // of votes, until they change
	here    map[string]int               // streams of each viewer
	from    map[string]int               // streams from each address
	streams int
}

// state is a message of which only the latest counts.
type state struct {
	text    []byte // as it is sent; nil: there was none
	version int
}

func (s *state) set(event string, data []byte) {
	s.text = fmt.Appendf(nil, "event: %s\ndata: %s\n\n", event, data)
	s.version++
}

// log is the run so far, in pieces as they are sent. The oldest go when it is too long.
type log struct {
	pieces []piece
	first  int    // the number of the first of them
	bytes  int    // of all
	told   uint64 // records of all pieces
}

type piece struct {
	text   []byte
	before uint64 // records of the pieces before it
}

func (l *log) end() int { return l.first + len(l.pieces) }

func (l *log) add(text []byte, records int) {
	l.pieces = append(l.pieces, piece{text, l.told})
	l.bytes += len(text)
	for l.told += uint64(records); l.bytes > mostKept && len(l.pieces) > 1; l.first++ {
		l.bytes -= len(l.pieces[0].text)
		l.pieces[0].text = nil
		l.pieces = l.pieces[1:]
	}
}

// before is how many records lie before the n-th piece.
func (l *log) before(n int) uint64 {
	if n >= l.end() {
		return l.told
	}
	return l.pieces[n-l.first].before
}

// NewRoom returns a room in which nothing is shown.
func NewRoom() *Room {
	return &Room{
		packer: gzip.NewWriter(nil), idle: map[*stream]bool{},
		votes: map[string]map[string]string{}, tallies: map[string]*course.Votes{},
		here: map[string]int{}, from: map[string]int{},
	}
}

// Lesson says which lesson is shown: its slug, the letters that can be chosen, its words
// in one line.
func (r *Room) Lesson(slug string, letters []string, words []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked, r.letters = slug, letters
	r.lesson.set("lesson", words)
}

// Run says that another run begins, and what is to be known of it, in one line.
func (r *Room) Run(what []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.number++
	r.log = log{}
	r.run.set("run", what)
}

// Records adds to the run: so many records, as lines, and how far it has come with them, in
// one line without blanks. They are packed and written once, for all.
func (r *Room) Records(records int, progress, lines []byte) {
	r.zip.Lock()
	r.packed.Reset()
	r.packer.Reset(&r.packed)
	r.packer.Write(lines) // into memory: it cannot fail
	r.packer.Close()
	data := base64.StdEncoding.EncodeToString(r.packed.Bytes())
	r.zip.Unlock()

	r.mu.Lock()
	defer r.mu.Unlock()
	r.log.add(fmt.Appendf(nil, "id: %d.%d\nevent: records\ndata: %s %s\n\n", r.number, r.log.end(), progress, data), records)
}

// Place says what is shown now, in one line.
func (r *Room) Place(what []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.place.set("place", what)
}

// Flush sends what is new to all who wait for it: what their connections take at once from here,
// for to wake a goroutine for each of them costs as much as to send. Only for what they do not
// take the goroutine of theirs is woken, and waits for them.
func (r *Room) Flush() {
	r.sending.Lock()
	defer r.sending.Unlock()
	for s := range r.idle {
		out, more := r.news(s, r.out[:0])
		if n := s.try(out); n < len(out) || more {
			s.rest = append(s.rest, out[n:]...)
			delete(r.idle, s)
			s.woken <- struct{}{} // it has room for one, and it is idle no more
		}
		if r.out = out; cap(out) > mostAtOnce {
			r.out = nil
		}
	}
}

// next appends what is to be sent to a viewer, by the goroutine that is its own. Is there nothing,
// the viewer is idle from then on: Flush sends to it, until it is woken or roused.
func (r *Room) next(s *stream, out []byte) []byte {
	r.sending.Lock()
	defer r.sending.Unlock()
	out = append(out, s.rest...)
	s.rest = nil
	if out, _ = r.news(s, out); len(out) == 0 {
		r.idle[s] = true
	}
	return out
}

// rouse ends that a viewer is idle. false: it was woken before.
func (r *Room) rouse(s *stream) bool {
	r.sending.Lock()
	defer r.sending.Unlock()
	was := r.idle[s]
	delete(r.idle, s)
	return was
}

// Present is how many people are there.
func (r *Room) Present() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.here)
}

// Votes are those of the people who are there, for a lesson's question; nil: there was
// none yet.
func (r *Room) Votes(lesson string) *course.Votes {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.votes[lesson] == nil {
		return nil
	}
	v := r.tallies[lesson]
	if v == nil {
		v = &course.Votes{By: map[string]int{}, Present: len(r.here)}
		for viewer, letter := range r.votes[lesson] {
			if r.here[viewer] > 0 {
				v.By[letter]++
			}
		}
		r.tallies[lesson] = v
	}
	return v
}

// vote takes a viewer's choice, the latest of which counts. Of one who is not there it
// is none: else a program could vote a thousand times.
func (r *Room) vote(viewer, lesson, letter string) (taken bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if lesson != r.asked || !slices.Contains(r.letters, letter) || r.here[viewer] == 0 {
		return false
	}
	if r.votes[lesson] == nil {
		r.votes[lesson] = map[string]string{}
	}
	for one := range r.votes[lesson] { // room for those who come
		if len(r.votes[lesson]) < 4*mostStreams {
			break
		}
		if r.here[one] == 0 {
			delete(r.votes[lesson], one)
		}
	}
	r.votes[lesson][viewer] = letter
	clear(r.tallies)
	return true
}

// stream is one viewer at one open page, and what was sent there.
type stream struct {
	viewer, address string
	lesson          int // versions
	run             int
	place           int
	number          int    // of the run
	next            int    // piece
	passed          uint64 // records of the pieces before it, sent or lost
	caught          bool   // all that there was has been sent once
	lost            uint64

	try   func([]byte) int // sends what the connection takes at once, and returns how much that was
	rest  []byte           // what it did not take
	woken chan struct{}    // there is something to be sent that it does not take at once
}

// enter lets somebody look on. last is the number of the latest piece that they have.
func (r *Room) enter(viewer, address, last string) (*stream, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.streams >= mostStreams || r.from[address] >= mostOfOne {
		return nil, false
	}
	r.streams++
	r.from[address]++
	if viewer != "" {
		r.here[viewer]++
		clear(r.tallies)
	}
	s := &stream{viewer: viewer, address: address, woken: make(chan struct{}, 1)}
	if run, piece, ok := strings.Cut(last, "."); ok && run == strconv.Itoa(r.number) {
		if n, err := strconv.Atoi(piece); err == nil && n >= 0 && n+1 >= r.log.first && n < r.log.end() {
			s.run, s.number, s.next, s.passed = r.run.version, r.number, n+1, r.log.before(n+1) // the page has the rest
		}
	}
	return s, true
}

func (r *Room) leave(s *stream) {
	r.rouse(s)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.streams--
	if r.from[s.address]--; r.from[s.address] == 0 {
		delete(r.from, s.address)
	}
	if s.viewer == "" {
		return
	}
	if r.here[s.viewer]--; r.here[s.viewer] == 0 {
		delete(r.here, s.viewer)
	}
	clear(r.tallies)
}

// news appends what is new for a viewer. more: there is still more.
func (r *Room) news(s *stream, out []byte) (_ []byte, more bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fresh := func(st *state, seen *int) {
		if *seen != st.version {
			out, *seen = append(out, st.text...), st.version
		}
	}
	fresh(&r.lesson, &s.lesson)
	if s.number != r.number {
		s.number, s.next, s.passed, s.caught, s.lost = r.number, 0, 0, false, 0
	}
	fresh(&r.run, &s.run)
	l := &r.log
	if skip := l.end(); s.next < l.first || s.caught && skip-s.next > mostBehind {
		if !s.caught {
			skip = l.first // the oldest is not kept any more
		}
		s.lost += l.before(skip) - s.passed
		s.next, s.passed = skip, l.before(skip)
		out = fmt.Appendf(out, "event: lost\ndata: %d\n\n", s.lost)
	}
	for ; s.next < l.end(); s.next++ {
		if len(out) > mostAtOnce {
			return out, true
		}
		out = append(out, l.pieces[s.next-l.first].text...)
		s.passed = l.before(s.next + 1)
	}
	s.caught = true
	fresh(&r.place, &s.place)
	return out, false
}
