// Lesson 04: deferred notify.
//
// A dispatcher hands work to a worker as memcached does: the work goes into a
// queue, and one byte into a pipe, the doorbell that wakes the worker's loop.
// Where is that byte while the worker is busy? The doorbells are in bell.go, what
// happens to them in script.go; what follows from it is in verdict.go.
package main

import (
	"sync"
	"time"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/experiment/loop"
)

func main() {
	experiment.Main(experiment.Lesson{
		Name:  "04-deferred-notify",
		Title: "deferred notify",
		Steps: []string{
			"an idle worker", "a busy worker, one byte a read",
			"a busy worker, one big read", "a full pipe",
			"the same with an eventfd",
		},
		Keys:  keys,
		Flags: flags,
		Run:   run,
		Play:  play,
	})
}

func run(x *experiment.X) {
	bell := newPipe(x)
	d := newDispatcher(x)
	w := d.start("worker", bell)
	offer(x, d) // the key c hands over one item more

	// 1. The worker sleeps in its loop.
	x.Step(1)
	idle := d.oneByOne(w, 5)

	// 2. The worker is in a callback. Each read of the bell takes one byte.
	x.Step(2)
	each := d.whileBusy(w, 5)

	// 3. The same, but a read takes all that is there.
	x.Step(3)
	bell.atOnce.Store(64)
	big := d.whileBusy(w, 5)

	// 4. The worker is busy for so long that the pipe is full.
	x.Step(4)
	bell.atOnce.Store(1)
	full := d.fill(w, bell)
	d.dismiss(w)

	// 5. A doorbell of another make, the one that memcached has today.
	x.Step(5)
	counter := d.withEventfd(5)

	judge(x, idle, each, big, full, counter)
}

// item is what is handed over. In memcached it is a new connection.
type item struct {
	work    func() // takes long, or nil
	sent    time.Time
	handled time.Time // zero: not yet; under worker.mu
}

// worker is a thread with a loop of its own, a queue, and a doorbell.
type worker struct {
	loop *loop.Loop
	bell bell

	mu    sync.Mutex
	queue []*item // in the memory of the process, behind a lock

	counts // what the script asks of it: see worker.go
}

// notify is the dispatcher's part. First the item goes into the queue, then the
// bell is rung: the other way round the worker could come and find nothing.
func (w *worker) notify(i *item) error {
	w.push(i)
	err := w.bell.ring()
	if err != nil {
		w.takeBack(i) // nobody would ever come for it
	}
	return err
}

// rung is the worker's callback: its bell is ready to be read. It takes as many
// items as the bell has counted.
func (w *worker) rung(int, event.What) {
	n := w.bell.answer()
	w.count(n)
	for range n {
		i := w.pop()
		if i.work != nil {
			i.work() // the loop stands still meanwhile
		}
		w.done(i)
	}
}

func (w *worker) push(i *item) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i.sent = time.Now()
	w.queue = append(w.queue, i)
}

func (w *worker) pop() *item {
	w.mu.Lock()
	defer w.mu.Unlock()
	first := w.queue[0]
	w.queue = w.queue[1:]
	return first
}
