//go:build amd64 || arm64

package foreign

import "encoding/binary"

// layout is how a processor has what a stop shows. Both are known on both, so that what was
// recorded on one is decoded on the other.
type layout struct {
	eventSize, eventData int // of struct epoll_event, and where its data begins
	number, result       int // in the registers: where the call's number and its result are
}

var (
	// amd64: epoll_event is packed; struct user_regs_struct, sys/user.h: orig_rax and rax.
	amd64Layout = layout{12, 4, 15 * 8, 10 * 8}
	// arm64: struct user_pt_regs, asm/ptrace.h: regs[8] and regs[0].
	arm64Layout = layout{16, 8, 8 * 8, 0}
)

// events takes apart what epoll_ctl is given, or epoll_wait gives.
func (l layout) events(raw []byte) (all []interest) {
	for ; len(raw) >= l.eventSize; raw = raw[l.eventSize:] {
		all = append(all, interest{events: binary.LittleEndian.Uint32(raw), data: binary.LittleEndian.Uint64(raw[l.eventData:])})
	}
	return all
}

// back returns the call from which a thread comes back, and its result; a negative number: it comes
// from none.
func (l layout) back(registers []byte) (nr int, result int64) {
	word := func(at int) int64 { return int64(binary.LittleEndian.Uint64(registers[at:])) }
	return int(word(l.number)), word(l.result)
}
