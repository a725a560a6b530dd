// Right, too: it rings before the item is in the queue, but the worker cannot look before that; and its loop is one around Loop(Once).
package main

import (
	"encoding/binary"
	"log"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

type message struct {
	item byte
	end  bool
}

type mailbox struct {
	mu  sync.Mutex
	fd  int
	all []message
}

var one = binary.NativeEndian.AppendUint64(nil, 1)

func (m *mailbox) send(msg message) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := sys.Write(m.fd, one); err != nil {
		log.Fatal(err)
	}
	m.all = append(m.all, msg)
}

func (m *mailbox) receive(n uint64) []message {
	m.mu.Lock()
	defer m.mu.Unlock()
	got := m.all[:n:n]
	m.all = m.all[n:]
	return got
}

func try[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func worker(m *mailbox, answers int) {
	base := try(event.New(event.Config{Name: "worker"}))
	over := false
	ev := base.NewEvent(m.fd, event.Read|event.Persist, func(fd int, _ event.What) {
		buf := make([]byte, 8)
		try(sys.Read(fd, buf))
		for _, msg := range m.receive(binary.NativeEndian.Uint64(buf)) {
			switch {
			case msg.end:
				over = true
			case msg.item == '?':
				try(sys.Read(answers, buf[:1]))
				fallthrough
			default:
				os.Stdout.Write([]byte{msg.item})
			}
		}
	}).Named("bell")
	if err := ev.Add(event.NoTimeout); err != nil {
		log.Fatal(err)
	}
	for !over {
		try(base.Loop(event.Once))
	}
	ev.Del()
	base.Close()
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: 08-eventfd items.fifo answers.fifo")
	}
	m := &mailbox{fd: try(sys.Eventfd(0, "number"))}
	sys.SetNonblock(m.fd, true)
	answers := try(sys.OpenFIFO(os.Args[2], unix.O_RDWR, ""))
	items := try(sys.OpenFIFO(os.Args[1], unix.O_RDONLY|unix.O_NONBLOCK, ""))
	var both sync.WaitGroup
	both.Go(func() { worker(m, answers) })
	base := try(event.New(event.Config{Name: "dispatcher"}))
	var ev *event.Event
	ev = base.NewEvent(items, event.Read|event.Persist, func(fd int, _ event.What) {
		var buf [100]byte
		n, err := sys.Read(fd, buf[:])
		if err == unix.EAGAIN {
			return
		}
		for _, item := range buf[:max(n, 0)] {
			m.send(message{item: item})
		}
		if n <= 0 {
			m.send(message{end: true})
			ev.Del()
		}
	})
	if err := ev.Add(event.NoTimeout); err != nil {
		log.Fatal(err)
	}
	try(base.Dispatch())
	base.Close()
	sys.Close(items)
	both.Wait()
	sys.Close(m.fd)
	sys.Close(answers)
}
