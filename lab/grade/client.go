package grade

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"fdlab/lab/diagnosis"
	"fdlab/lab/world"
)

// Client is a TCP client of the program's server. It hears all the time,
// unless it is deaf.
type Client struct {
	Name string
	e    *Examiner
	conn *net.TCPConn
	own  *world.FD // the program's end, if it is the program that has connected
	said int64
	due  strings.Builder

	mu    sync.Mutex
	wake  *sync.Cond
	deaf  bool
	heard strings.Builder
	ended bool  // the server has closed its end
	over  bool  // the world has ended or reset this one
	err   error // or the connection broke
}

// Dial connects a client to the program, which may need a moment to listen. It
// is connected when the kernel says so; nobody need have accepted it.
func (e *Examiner) Dial(name string, port int) *Client {
	addr := net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}
	var conn *net.TCPConn
	e.dialing = name
	defer func() { e.dialing = "" }()
	e.Await(fmt.Sprintf("the program listens on 127.0.0.1:%d", port), func() bool {
		var err error
		conn, err = net.DialTCP("tcp", nil, &addr)
		if lacks(err) {
			panic(broken{fmt.Errorf("client %s: %w. That is no fault of the program", name, err)})
		}
		if err == nil { // before any record of it is read
			e.call("TCP from "+conn.LocalAddr().String(), "TCP from client "+name)
		}
		return err == nil
	})
	return e.client(name, conn)
}

// refusing: a client wants to connect, and the program has closed its listener.
func (e *Examiner) refusing() *Finding {
	f := e.FD(func(f *world.FD) bool { return f.Listens })
	open := e.FD(func(f *world.FD) bool { return f.Listens && f.Closed == 0 })
	if e.dialing == "" || e.ended || f == nil || open != nil {
		return nil
	}
	return Find(ListenerClosed, fmt.Sprintf("client %s wants to connect, and the program has closed its listener", e.dialing), f).Decides(Closing(f))
}

// TryDial connects one more client, if the listener's backlog has room; nil: it has none.
func (e *Examiner) TryDial(name string, port int) *Client {
	conn, err := net.DialTimeout("tcp4", fmt.Sprintf("127.0.0.1:%d", port), noRoom)
	if lacks(err) {
		panic(broken{fmt.Errorf("client %s: %w. That is no fault of the program", name, err)})
	}
	if err != nil {
		return nil
	}
	e.call("TCP from "+conn.LocalAddr().String(), "TCP from client "+name)
	return e.client(name, conn.(*net.TCPConn))
}

// noRoom is longer than the kernel needs to connect a client, and shorter than it waits before it tries again.
const noRoom = 800 * time.Millisecond

// lacks reports whether the grader's own call failed because the machine has not
// got something: it says nothing of the program.
func lacks(err error) bool {
	var errno syscall.Errno
	return errors.As(err, &errno) && slices.Contains([]syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM,
		syscall.ENOBUFS, syscall.EADDRNOTAVAIL, syscall.ENETUNREACH, syscall.ENETDOWN, syscall.EPERM}, errno)
}

func (e *Examiner) client(name string, conn *net.TCPConn) *Client {
	c := &Client{Name: name, e: e, conn: conn}
	c.wake = sync.NewCond(&c.mu)
	conn.SetNoDelay(true)
	e.hands = append(e.hands, c)
	go c.listen()
	return c
}

// call gives a connection the name by which the feedback and the witness tell it.
func (e *Examiner) call(what, name string) {
	e.whose = append(e.whose, what, name)
	e.witness.Called(what, name)
}

// listen reads what the server says.
func (c *Client) listen() {
	buf := make([]byte, 16<<10)
	for {
		c.mu.Lock()
		for c.deaf {
			c.wake.Wait()
		}
		c.mu.Unlock()
		n, err := c.conn.Read(buf)
		acknowledge(c.conn)
		c.mu.Lock()
		c.heard.Write(buf[:n])
		if err != nil {
			c.ended, c.err = true, err
		}
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// Say sends text: all of it, though the program may have to make room first.
func (c *Client) Say(text string) {
	c.e.Await(fmt.Sprintf("the program reads what client %s sends", c.Name), func() bool {
		n, err := c.offer(text)
		text = text[n:]
		return text == "" || err != nil
	})
}

// Taken waits until the program has read all that was sent.
func (c *Client) Taken() {
	c.e.Await(fmt.Sprintf("the program reads what client %s sends", c.Name), func() bool { return c.unread() == 0 })
}

// Trickle says text one byte at a time; the program must take each before the
// next one comes.
func (c *Client) Trickle(text string) {
	for _, b := range []byte(text) {
		c.Say(string([]byte{b}))
		c.Taken()
	}
}

// Due says that the program is to send text, after what was due before. Call it
// before the client says what the text answers.
func (c *Client) Due(text string) { c.due.WriteString(text) }

// Heard returns what the program has sent so far.
func (c *Client) Heard() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.heard.String()
}

// Answered waits until all that is due has come.
func (c *Client) Answered(expected string) {
	c.e.Await(expected, func() bool { return c.Heard() == c.due.String() })
}

// Deaf makes the client stop hearing, or go on: what the program sends then
// fills the kernel's buffers. A read that goes on takes one more piece.
func (c *Client) Deaf(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deaf = on
	c.wake.Broadcast()
}

// listens reports whether it is not deaf.
func (c *Client) listens() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.deaf
}

// End sends a FIN: the client says no more, and still hears (shutdown(2)).
func (c *Client) End() {
	c.over = true
	c.conn.CloseWrite()
}

// Reset ends the connection with an RST, as a client that crashed may. Nothing
// is due to it any more.
func (c *Client) Reset() {
	c.e.hands = slices.DeleteFunc(c.e.hands, func(h hand) bool { return h == hand(c) })
	c.over = true
	c.conn.SetLinger(0)
	c.close()
}

// ReadOfNothing is for a Look: a read of the program's end gave 0, and this one has not ended. A read that asks for 0 bytes
// gives that, and one after a shutdown of the program's own.
func (c *Client) ReadOfNothing() *Finding {
	f := c.FD()
	if f == nil || c.over || f.Ends.Most == 0 || c.e.wasShut(f) {
		return nil
	}
	return Find(ReadOfNothing, fmt.Sprintf("a read of %s gave 0, and its other end has not closed", safe(f.Name())), f).Decides(readGave(f, 0))
}

// Dropped waits until the server has closed its end.
func (c *Client) Dropped(expected string) {
	c.e.Await(expected, func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.ended
	})
}

// FD returns the program's end of the connection, or nil before it is accepted.
func (c *Client) FD() *world.FD {
	if c.own != nil {
		return c.own
	}
	what := "TCP from " + c.conn.LocalAddr().String()
	return c.e.FD(func(d *world.FD) bool { return d.What == what })
}

func (c *Client) name() string {
	if c.own != nil {
		return "connection " + c.Name
	}
	return "client " + c.Name
}

func (c *Client) fd() *world.FD { return c.FD() }

func (c *Client) unread() int64 {
	if f := c.FD(); f != nil {
		return max(0, c.said-f.BytesIn)
	}
	return c.said
}

func (c *Client) answers() (got, due string) { return c.Heard(), c.due.String() }

func (c *Client) missing() *Finding {
	for _, f := range c.e.world.FDs {
		if f.What == "TCP socket" && f.Watched() == 0 && f.Closed == 0 && diagnosis.HasFired(f) {
			return Find(OneShot, fmt.Sprintf("client %s is connected, and nobody accepts it: the event on %s fired once and is no longer pending",
				c.Name, safe(f.Name())))
		}
	}
	for _, f := range c.e.world.FDs {
		if f.Listens && f.Added != 0 && f.Watched() == 0 && f.Closed == 0 {
			return Find(AcceptsNoMore, fmt.Sprintf("client %s is connected, and nobody accepts it: the event on %s was deleted", c.Name, safe(f.Name())), f).
				Decides(Deleted(f))
		}
	}
	return Find(NotWatched, fmt.Sprintf("client %s is connected, and nobody accepts it: it waits in the listener's backlog", c.Name))
}

func (c *Client) close() {
	c.conn.Close()
	c.Deaf(false)
}
