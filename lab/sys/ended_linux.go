package sys

import "golang.org/x/sys/unix"

// ended is what poll(2) says of a socket whose other side will send no more.
const ended = unix.POLLRDHUP
