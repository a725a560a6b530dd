package notes

import (
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"fdlab/lab/litter"
	"fdlab/tui/app"
)

// Teller tells each listener what the instrument shows. It is an onlooker of it: its
// methods return at once. A listener that does not take what it is sent within a second is
// disconnected; of several words it may get only the last.
type Teller struct {
	clone  string
	dir    string
	listen net.Listener

	mu        sync.Mutex
	now       []byte // the latest word, as a line
	shown     app.Place
	listeners map[chan struct{}]bool // each is woken when there is another word
	closed    bool
}

// most is how many may listen at once.
const most = 8

// patience is how long a listener may take for a word.
const patience = time.Second

// Tell begins to tell what the instrument of the clone at root shows. The caller tells the
// model of it (app.Model.Tell), and closes it.
func Tell(root string) (*Teller, error) {
	dir, err := litter.TempDir("", kind) // for this user alone
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("unix", filepath.Join(dir, socket))
	if err == nil {
		err = os.Chmod(filepath.Join(dir, socket), litter.Private)
	}
	if err != nil {
		if l != nil {
			l.Close()
		}
		os.RemoveAll(dir)
		return nil, err
	}
	t := &Teller{clone: resolved(root), dir: dir, listen: l, listeners: map[chan struct{}]bool{}}
	t.Shown(app.Place{Screen: "home"})
	go t.accept()
	return t, nil
}

// resolved is a folder's name without links, so that two names of one clone are the same.
func resolved(root string) string {
	if name, err := filepath.EvalSymlinks(root); err == nil {
		root = name
	}
	if name, err := filepath.Abs(root); err == nil {
		root = name
	}
	return root
}

// Close ends the telling, and removes the socket.
func (t *Teller) Close() {
	t.mu.Lock()
	t.closed = true
	t.wake()
	t.mu.Unlock()
	t.listen.Close()
	os.RemoveAll(t.dir)
}

// Began and Recorded are nothing for the notes.
func (t *Teller) Began(*app.Onstage) {}
func (t *Teller) Recorded(app.Batch) {}

// Shown takes what the screen shows. If only the playhead has moved, nothing is sent.
func (t *Teller) Shown(p app.Place) {
	p.At, p.State = 0, 0
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.now != nil && p == t.shown {
		return
	}
	line, err := json.Marshal(word{
		Version: version, Clone: t.clone, Screen: p.Screen, Lesson: p.Lesson, Section: p.Section,
		Run: p.Run, Moment: p.Moment, Told: p.Answered, Votes: p.Votes,
	})
	if err != nil {
		return
	}
	t.shown, t.now = p, append(line, '\n')
	t.wake()
}

// wake tells all listeners that there is something; t.mu is held.
func (t *Teller) wake() {
	for l := range t.listeners {
		select {
		case l <- struct{}{}:
		default: // it has not taken the last one, and will see this one with it
		}
	}
}

func (t *Teller) accept() {
	defer func() { recover() }()
	for {
		c, err := t.listen.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // no fd is left, say: that may pass
			time.Sleep(between)
			continue
		}
		wake := make(chan struct{}, 1)
		wake <- struct{}{} // it begins with what is shown now
		t.mu.Lock()
		full := len(t.listeners) >= most || t.closed
		if !full {
			t.listeners[wake] = true
		}
		t.mu.Unlock()
		if full {
			c.Close()
			continue
		}
		go t.tell(c, wake)
	}
}

// tell hands each word on, until the listener is gone, is too slow, or nothing more comes.
func (t *Teller) tell(c net.Conn, wake chan struct{}) {
	defer func() { recover() }()
	defer c.Close()
	defer func() {
		t.mu.Lock()
		delete(t.listeners, wake)
		t.mu.Unlock()
	}()
	gone := make(chan struct{})
	go func() { // a listener says nothing: what can be read is its end
		defer func() { recover() }()
		defer close(gone)
		c.Read(make([]byte, 1))
	}()
	for {
		select {
		case <-gone:
			return
		case <-wake:
		}
		t.mu.Lock()
		line, closed := t.now, t.closed
		t.mu.Unlock()
		c.SetWriteDeadline(time.Now().Add(patience))
		if _, err := c.Write(line); err != nil || closed {
			return
		}
	}
}
