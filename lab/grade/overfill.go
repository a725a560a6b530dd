package grade

import (
	"errors"
	"os"
	"time"
)

// Overfill lets a deaf client go on talking: pieces of text, each when the program
// has sent the last one back, until the answers have nowhere to go. It returns
// when all is said, or when the program sleeps and the kernel takes no more, or
// when the program keeps more than enough (0: never enough): it has read so many
// bytes and not sent them. What was said is returned, and an echo of it is due.
// held is how many the program keeps by then.
func (c *Client) Overfill(text string, piece int, enough int64) (said string, held int64) {
	c.e.flowing = true // a small buffer makes it slow, and not wrong
	defer func() { c.e.flowing = false }()
	due, before := c.due.String(), c.said
	c.due.WriteString(text)
	for left, stuck := text, false; left != "" && !stuck; {
		next := left[:min(piece, len(left))]
		left = left[len(next):]
		var sign, rest life
		c.e.Await("the program reads what client "+c.Name+" sends, and sends it back", func() bool {
			if f := c.FD(); f != nil && enough > 0 && f.BytesIn-f.BytesOut > enough {
				stuck = true
				return true
			}
			c.e.RuleOut("a server that found no room waits for it, and sleeps meanwhile", c.e.byClock(c.FD()))
			n, err := c.offer(next[:min(atOnce, len(next))])
			next = next[n:]
			if n > 0 {
				sign, rest = life{}, life{}
				return false
			}
			if f := c.FD(); next == "" && f != nil && f.BytesOut == c.said {
				return true
			}
			// It has had enough. rest is Await's own measure of a program that is
			// stuck: on a slow machine that may be reached first.
			stuck = err != nil || c.e.sleeps(&sign) && time.Since(sign.since) >= windowShut || rest.gone(c.e)
			return stuck
		})
	}
	said = text[:c.said-before]
	c.due.Reset()
	c.due.WriteString(due + said)
	if f := c.FD(); f != nil {
		held = f.BytesIn - f.BytesOut
	}
	return said, held
}

// atOnce is how much a client may say before the grader looks again.
const atOnce = 256 << 10

// windowShut is longer than the kernel's timers for a window that was closed.
const windowShut = 350 * time.Millisecond

// offering is how long the kernel may take to have room for more.
var offering = 5 * time.Millisecond

// offer sends as much of text as the kernel takes within some milliseconds. An
// error says that the connection is broken.
func (c *Client) offer(text string) (n int, err error) {
	if text == "" {
		return 0, nil
	}
	c.conn.SetWriteDeadline(time.Now().Add(offering))
	n, err = c.conn.Write([]byte(text))
	c.said += int64(n)
	c.e.sent += int64(n)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = nil
	}
	return n, err
}

// Deviates returns what the client heard from the first wrong byte on, or "".
func (c *Client) Deviates() string {
	got, due := c.answers()
	return got[alike(got, due):]
}

// Awaits returns what is due to the client and has not come, or came otherwise.
func (c *Client) Awaits() string {
	got, due := c.answers()
	return due[alike(got, due):]
}

// Right is how many bytes the client has heard before the first wrong one.
func (c *Client) Right() int { return alike(c.answers()) }

// alike is how many bytes two texts have in common at their beginning.
func alike(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// Owed is how many bytes are due to the client and have not come.
func (c *Client) Owed() int {
	got, due := c.answers()
	return len(due) - len(got)
}

// Ended reports whether the program has closed the connection.
func (c *Client) Ended() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended
}

// HeardInAnyOrder reports whether the client has heard what is due to it, each
// byte as often, be it in another order.
func (c *Client) HeardInAnyOrder() bool {
	return c.surplus() == [256]int{}
}

// HeardNothingElse reports whether each byte that the client has heard was due to it, at most as
// often, be it in another order.
func (c *Client) HeardNothingElse() bool {
	for _, n := range c.surplus() {
		if n > 0 {
			return false
		}
	}
	return true
}

// surplus is how many more of each byte the client has heard than were due to it.
func (c *Client) surplus() (n [256]int) {
	got, due := c.answers()
	for i := range len(got) {
		n[got[i]]++
	}
	for i := range len(due) {
		n[due[i]]--
	}
	return n
}

// Unread is how many bytes of what the client has sent the program has not read.
func (c *Client) Unread() int64 { return c.unread() }
