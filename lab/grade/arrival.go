package grade

import (
	"fmt"
	"net"
	"time"
)

// Arrived waits until all that the client has sent is in the kernel of the
// other end, though the program may know nothing of it yet.
func (c *Client) Arrived() {
	raw, err := c.conn.SyscallConn()
	must(err)
	for end := time.Now().Add(limit); ; time.Sleep(time.Millisecond) {
		left := 0
		must(raw.Control(func(fd uintptr) { left = unacknowledged(int(fd)) }))
		if left == 0 {
			return
		}
		if time.Now().After(end) {
			must(fmt.Errorf("%d bytes of client %s have not arrived within %v", left, c.Name, limit))
		}
	}
}

// Room returns how many more bytes the kernel of the other end takes, as it has said, though the program reads
// nothing: 0 where that cannot be asked.
func (c *Client) Room() (n int) {
	raw, err := c.conn.SyscallConn()
	must(err)
	must(raw.Control(func(fd uintptr) { n = room(int(fd)) }))
	return n
}

// Refuses reports whether a new client of the program's port is refused.
func (e *Examiner) Refuses(port int) bool {
	conn, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", port), limit)
	if err == nil {
		conn.Close()
	}
	return err != nil
}
