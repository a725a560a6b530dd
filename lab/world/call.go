package world

import "fdlab/lab/trace"

// Call is a system call, as far as somebody asks which one a record is about.
// The record's string has the name of every call.
type Call uint8

const (
	NoCall Call = iota // none, or one that nobody asks about
	CallRead
	CallWrite
	CallAccept
	CallClose
	CallBind
	CallListen
	CallShutdown
	CallReuseAddr // setsockopt SO_REUSEADDR
	CallLinger    // setsockopt SO_LINGER
)

// HeldAt is a place where a thread can be held.
type HeldAt uint8

const (
	Elsewhere  HeldAt = iota // or not at all
	BeforeWait               // of a loop
	BeforeCallback
	BeforeRead // of one fd
	AfterRead
	AfterWrite
	BeforePost // of a function to a loop
)

var gates = map[string]HeldAt{trace.BeforeWait: BeforeWait, trace.BeforeCallback: BeforeCallback,
	trace.BeforeRead: BeforeRead, trace.AfterRead: AfterRead, trace.AfterWrite: AfterWrite, trace.BeforePost: BeforePost}

// calls are the names that traces have for them.
var calls = map[string]Call{
	"read": CallRead, "recv": CallRead, "readv": CallRead,
	"pread64": CallRead, "preadv": CallRead, "recvfrom": CallRead, "recvmsg": CallRead, "recvmmsg": CallRead, "splice": CallRead,
	"write": CallWrite, "send": CallWrite, "writev": CallWrite,
	"pwrite64": CallWrite, "pwritev": CallWrite, "sendto": CallWrite, "sendmsg": CallWrite, "sendmmsg": CallWrite,
	"sendfile": CallWrite, "splice (to)": CallWrite,
	"accept": CallAccept, "accept4": CallAccept, "close": CallClose, "bind": CallBind, "listen": CallListen, "shutdown": CallShutdown,
	"setsockopt SO_REUSEADDR": CallReuseAddr, "setsockopt SO_LINGER": CallLinger,
}
