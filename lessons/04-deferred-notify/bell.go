package main

import (
	"encoding/binary"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"fdlab/lab/experiment"
	"fdlab/lab/sys"
)

// bell is a doorbell: what one thread rings, and another thread's loop watches.
type bell interface {
	ring() error       // EAGAIN: it takes no more (only if it does not block)
	ringByHand() error // by a person: it leaves no record
	answer() int       // how often it was rung, as far as one read(2) tells
	fd() int           // what the loop watches
	close()
}

// pipeBell is a pipe. Each ring is one byte, and the bytes gather in the pipe.
type pipeBell struct {
	r, w   int
	atOnce atomic.Int64 // how many bytes a read may take
	buf    [64]byte
}

func newPipe(x *experiment.X) *pipeBell {
	r, w, err := sys.Pipe("bell")
	x.Must("pipe", err)
	b := &pipeBell{r: r, w: w}
	b.atOnce.Store(1)
	for _, fd := range []int{r, w} {
		x.Must("pipe", sys.SetNonblock(fd, true))
	}
	return b
}

func (b *pipeBell) ring() error {
	_, err := sys.Write(b.w, []byte{'c'}) // memcached's byte: a new connection
	return err
}

func (b *pipeBell) ringByHand() error {
	_, err := unix.Write(b.w, []byte{'c'})
	return err
}

func (b *pipeBell) answer() int {
	n, err := sys.Read(b.r, b.buf[:b.atOnce.Load()])
	if err != nil {
		return 0 // EAGAIN: somebody else has answered
	}
	return n
}

func (b *pipeBell) fd() int { return b.r }

// close closes the end that is read first: a thread that is
// blocked in a write then gets EPIPE, and does not stay there for ever.
func (b *pipeBell) close() {
	sys.Close(b.r)
	sys.Close(b.w)
}

// eventBell is an eventfd(2): a number in the kernel. A write adds to it, and a
// read takes the sum.
type eventBell struct{ number int }

// newEventfd returns an error on systems that have no eventfd: ENOSYS.
func newEventfd() (*eventBell, error) {
	fd, err := sys.Eventfd(0, "bell")
	if err == nil {
		err = sys.SetNonblock(fd, true)
	}
	return &eventBell{fd}, err
}

func (b *eventBell) ring() error {
	_, err := sys.Write(b.number, one[:])
	return err
}

func (b *eventBell) ringByHand() error {
	_, err := unix.Write(b.number, one[:])
	return err
}

// one is what a ring adds: eight bytes in the machine's order.
var one = func() (b [8]byte) {
	binary.NativeEndian.PutUint64(b[:], 1)
	return b
}()

func (b *eventBell) answer() int {
	var sum [8]byte
	if _, err := sys.Read(b.number, sum[:]); err != nil {
		return 0
	}
	return int(binary.NativeEndian.Uint64(sum[:]))
}

func (b *eventBell) fd() int { return b.number }

func (b *eventBell) close() { sys.Close(b.number) }
