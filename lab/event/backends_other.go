//go:build !linux

package event

// kinds lists the backends of macOS and the BSDs, best first.
var kinds = []kind{
	{"kqueue", "kevent", openKqueue},
	{"poll", "poll", openPoll},
	{"select", "select", openSelect},
}
