package terminal

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// listen reads the terminal, beside Bubble Tea: that reads the next key only when
// the model has taken the last one, so that a stuck model would hide the key with
// which the student wants to leave. What is read goes on through a pipe.
//
// The first result is Bubble Tea's end. When close is called, the terminal is read
// no more.
func (x *held) listen() (theirs *os.File, close func(), err error) {
	theirs, ours, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	x.keys = ours
	if err := x.hear(); err != nil {
		return nil, nil, err
	}
	return theirs, func() {
		x.deafen()
		ours.Close()
		theirs.Close()
	}, nil
}

// hear begins to read the terminal, until deafen is called. What nobody has read by
// then is the next reader's.
func (x *held) hear() error {
	stop, stopped, err := os.Pipe()
	if err != nil {
		return err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer x.recovered()
		x.readKeys(x.keys, int(stop.Fd()))
	}()
	x.deafen = func() {
		stopped.Close()
		<-done
		stop.Close()
	}
	return nil
}

func (x *held) readKeys(to *os.File, stop int) {
	in := int(os.Stdin.Fd())
	buf := make([]byte, 1<<12)
	var k quitKeys
	for {
		ready := []unix.PollFd{{Fd: int32(in), Events: unix.POLLIN}, {Fd: int32(stop), Events: unix.POLLIN}}
		if _, err := unix.Poll(ready, -1); err == unix.EINTR {
			continue
		}
		if ready[1].Revents != 0 {
			return
		}
		n, err := unix.Read(in, buf)
		switch {
		case err == unix.EINTR || err == unix.EAGAIN:
			continue
		case err != nil || n == 0: // the terminal is gone, and perhaps no SIGHUP says so
			x.leave(unix.SIGHUP)
			return
		}
		switch k.in(buf[:n]) {
		case leaves:
			x.watch(unix.SIGINT, "a key")
		case mayLeave:
			x.expect()
		}
		// A model that takes no keys for so long that the pipe is full loses some.
		to.SetWriteDeadline(time.Now().Add(10 * time.Millisecond))
		to.Write(buf[:n])
	}
}

// quitKeys finds the keys that leave fdlab, or a screen of it, in what a terminal
// sends. What is pasted is no key. A read may end inside the marks around it.
type quitKeys struct {
	pasting bool
	recent  [len(pasteBegins)]byte // the last bytes that were sent
}

type quitKey uint8

const (
	stays    quitKey = iota
	mayLeave         // q, or Escape alone
	leaves           // Ctrl-C: from anywhere
)

const pasteBegins, pasteEnds = "\x1b[200~", "\x1b[201~"

func (k *quitKeys) in(sent []byte) (found quitKey) {
	for i, c := range sent {
		copy(k.recent[:], k.recent[1:])
		k.recent[len(k.recent)-1] = c
		switch recent := string(k.recent[:]); {
		case recent == pasteBegins:
			k.pasting = true
		case recent == pasteEnds:
			k.pasting = false
		case k.pasting || found == leaves:
		case c == 0x03:
			found = leaves
		case c == 'q' || c == 0x1b && i == len(sent)-1:
			found = mayLeave
		}
	}
	return found
}

// expect breaks the program off if the model takes nothing at all, not even this
// key, for as long as patience lasts.
func (x *held) expect() {
	taken := x.taken.Load()
	time.AfterFunc(patience, func() {
		defer x.recovered()
		if x.taken.Load() == taken && !x.stopped.Load() && !x.over.Load() {
			x.breakOff(unix.SIGINT, "a key")
		}
	})
}
