package foreign

import "golang.org/x/sys/unix"

const nativeArch = unix.AUDIT_ARCH_AARCH64

// eventSize is the size of struct epoll_event.
const (
	eventSize = 16
	eventData = 8 // where its data begins
)

var oldCalls []call

func (c *call) path() (dir, name int) { return 0, 1 }

func (c *call) hasTimeval() bool { return false }
