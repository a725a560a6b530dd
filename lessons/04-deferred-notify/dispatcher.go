package main

import (
	"fmt"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/experiment/loop"
	"fdlab/lab/sys"
)

// dispatcher is the thread that hands work over. In memcached its loop watches
// the listening socket. Here it watches a pipe: each byte is a client that has
// come, and its callback does what the script wants done then.
type dispatcher struct {
	x       *experiment.X
	clients int          // the end of the pipe that the loop watches
	world   int          // the end that the script writes to; it leaves no records
	todo    chan func()  // what is to be done, one for each byte
	byHand  atomic.Int64 // how many items a person has handed over

	hands  sync.RWMutex // held for reading while a person rings
	worker *worker      // whose bell that is; under hands
}

func newDispatcher(x *experiment.X) *dispatcher {
	l := loop.New(x, "dispatcher")
	var p [2]int
	x.Must("pipe", unix.Pipe(p[:]))
	d := &dispatcher{x: x, clients: p[0], world: p[1], todo: make(chan func(), 64)}
	unix.CloseOnExec(p[0])
	unix.CloseOnExec(p[1])
	x.Must("pipe", sys.Adopt(d.clients, "pipe (read end)", "clients"))
	l.Finally(func() {
		sys.Close(d.clients)
		unix.Close(d.world)
	})
	l.Watch(d.clients, "accept", d.come)
	l.Start()
	return d
}

// come is the dispatcher's callback: a client has come.
func (d *dispatcher) come(int, event.What) {
	var one [1]byte
	if _, err := sys.Read(d.clients, one[:]); err == nil {
		(<-d.todo)()
	}
}

// begin lets the dispatcher do something. done is closed when it has.
func (d *dispatcher) begin(something func()) (done chan struct{}) {
	done = make(chan struct{})
	d.todo <- func() {
		defer close(done)
		something()
	}
	if _, err := unix.Write(d.world, []byte{'c'}); err != nil {
		d.x.Invalidate(fmt.Errorf("the dispatcher cannot be told: %w", err))
	}
	return done
}

// do lets the dispatcher do something, and reports whether it came back from
// that within limit.
func (d *dispatcher) do(something func()) bool {
	done := d.begin(something)
	return d.x.Await(limit, func() bool { return closed(done) })
}

func closed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// start starts a worker for this dispatcher.
func (d *dispatcher) start(name string, b bell) *worker {
	w := newWorker(d.x, name, b)
	w.loop.Start()
	d.setWorker(w)
	return w
}

// dismiss ends a worker. From then on nobody rings its bell.
func (d *dispatcher) dismiss(w *worker) {
	d.setWorker(nil)
	w.loop.Stop()
}

func (d *dispatcher) setWorker(w *worker) {
	d.hands.Lock()
	defer d.hands.Unlock()
	d.worker = w
}

// hand hands one item over. Blocked: the dispatcher did not come back.
func (d *dispatcher) hand(w *worker, i *item) (blocked bool) {
	var err error
	ok := d.do(func() { err = w.notify(i) })
	if ok {
		d.x.Must("notify", err)
	}
	return !ok
}

// errName returns an errno's name: "EAGAIN".
func errName(err error) string { return experiment.Result(err, "no error") }
