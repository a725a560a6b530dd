// Right, too: the worker's loop is one around Loop(Once), and ends when it does not call it any more.
package main

import (
	"log"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

type node struct {
	item byte
	next *node
}

// list is a queue behind a lock.
type list struct {
	sync.Mutex
	head, tail *node
	rung       bool // a byte is in the pipe
}

// put says whether the bell must be rung.
func (l *list) put(item byte) bool {
	l.Lock()
	defer l.Unlock()
	n := &node{item: item}
	if l.tail == nil {
		l.head = n
	} else {
		l.tail.next = n
	}
	l.tail = n
	was := l.rung
	l.rung = true
	return !was
}

func (l *list) takeAll() *node {
	l.Lock()
	defer l.Unlock()
	first := l.head
	l.head, l.tail, l.rung = nil, nil, false
	return first
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func work(l *list, bell, answers int, done chan<- bool) {
	defer close(done)
	base, err := event.New(event.Config{Name: "worker"})
	check(err)
	over := false
	ev := base.NewEvent(bell, event.Read|event.Persist, func(fd int, _ event.What) {
		var buf [8]byte
		n, err := sys.Read(fd, buf[:])
		check(err)
		over = n == 0
		for i := l.takeAll(); i != nil; i = i.next {
			if i.item == '?' {
				sys.Read(answers, buf[:1])
			}
			os.Stdout.Write([]byte{i.item})
		}
	})
	check(ev.Add(event.NoTimeout))
	for !over {
		_, err := base.Loop(event.Once)
		check(err)
	}
	check(ev.Del())
	check(base.Close())
	sys.Close(bell)
	sys.Close(answers)
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: 07-doorbell items.fifo answers.fifo")
	}
	bell, ring, err := sys.Pipe("bell")
	check(err)
	answers, err := sys.OpenFIFO(os.Args[2], unix.O_RDWR, "")
	check(err)
	l, done := &list{}, make(chan bool)
	go work(l, bell, answers, done)
	items, err := sys.OpenFIFO(os.Args[1], unix.O_RDONLY|unix.O_NONBLOCK, "")
	check(err)
	base, err := event.New(event.Config{Name: "dispatcher"})
	check(err)
	var ev *event.Event
	ev = base.NewEvent(items, event.Read|event.Persist, func(fd int, _ event.What) {
		buf := make([]byte, 4096)
		n, err := sys.Read(fd, buf)
		if err == unix.EAGAIN {
			return
		}
		if n <= 0 {
			ev.Del()
		}
		for _, item := range buf[:max(n, 0)] {
			if l.put(item) {
				_, err := sys.Write(ring, []byte{'!'})
				check(err)
			}
		}
	})
	check(ev.Add(event.NoTimeout))
	_, err = base.Dispatch()
	check(err)
	base.Close()
	sys.Close(items)
	sys.Close(ring)
	<-done
}
