// Wrong on purpose: whoever has said nothing for a second is taken to be done.
//
// told: waits-a-while
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

// client is a machine: connecting, asking, listening, leaving.
type client struct {
	base        *event.Base
	server, own uint16
	asked, all  int
	fd          int
	got         []byte
	saidBye     bool
	reads       *event.Event
}

func main() {
	var n [3]int
	for i := range n {
		n[i], _ = strconv.Atoi(os.Args[i+1])
	}
	base, err := event.New(event.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer base.Close()
	c := &client{base: base, server: uint16(n[0]), own: uint16(n[1]), all: n[2]}
	c.next()
	if _, err := base.Dispatch(); err != nil {
		log.Fatal(err)
	}
}

func (c *client) next() {
	if c.asked == c.all {
		return
	}
	c.asked++
	c.got, c.saidBye = nil, false
	var err error
	if c.fd, err = sys.Socket("client"); err != nil {
		log.Fatal(err)
	}
	if err = sys.Bind(c.fd, sys.Loopback(c.own)); err != nil {
		log.Fatal(err)
	}
	sys.SetNonblock(c.fd, true)
	if err = sys.Connect(c.fd, sys.Loopback(c.server)); err != nil && err != unix.EINPROGRESS {
		log.Fatal(err)
	}
	c.base.Once(c.fd, event.Write, event.NoTimeout, func(fd int, _ event.What) {
		if err := sys.SocketError(fd); err != nil {
			log.Fatal(err)
		}
		sys.Write(fd, []byte(fmt.Sprintf("question %d\n", c.asked)))
		c.reads = c.base.NewEvent(fd, event.Read|event.Persist, c.mayRead)
		c.reads.Add(time.Second)
	})
}

func (c *client) mayRead(fd int, what event.What) {
	if what&event.Timeout != 0 { // it has closed, or never will
		c.reads.Del()
		sys.Close(fd)
		c.next()
		return
	}
	var buf [100]byte
	n, err := sys.Read(fd, buf[:])
	if err == unix.EAGAIN {
		return
	}
	if err != nil {
		log.Fatal(err)
	}
	if n == 0 { // the server's FIN
		c.reads.Del()
		sys.Close(fd)
		c.next()
		return
	}
	c.got = append(c.got, buf[:n]...)
	if i := bytes.IndexByte(c.got, '\n'); i >= 0 && !c.saidBye {
		c.saidBye = true
		os.Stdout.Write(c.got[:i+1])
		sys.Write(fd, []byte("bye\n"))
	}
}
