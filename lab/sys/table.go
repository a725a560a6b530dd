package sys

import "sync/atomic"

// table knows what this package needs to know of each fd. It is indexed by fd,
// in chunks, because the kernel gives out the lowest free number: small tables
// stay small, and a look-up is two loads and no lock.
var table [maxFDs / chunkSize]atomic.Pointer[[chunkSize]atomic.Uint32]

const (
	chunkSize = 1024
	maxFDs    = 1 << 20
)

// entry is one fd's word in the table. Invariant: the open bit is set only
// while the number is an fd that came through this package.
type entry uint32

const (
	isOpen entry = 1 << iota
	isNonblocking
	hasLabel
	oneGeneration // the rest of the word counts: a reused number is another fd
)

func (e entry) has(bit entry) bool { return e&bit != 0 }

// place returns the fd's word; nil if the number is out of range, or if nobody
// has entered any fd near it.
func place(fd int) *atomic.Uint32 {
	if uint(fd) >= maxFDs {
		return nil
	}
	chunk := table[fd/chunkSize].Load()
	if chunk == nil {
		return nil
	}
	return &chunk[fd%chunkSize]
}

// known yields the fds that are open and came through this package. One that is
// closed meanwhile may be among them.
func known(yield func(fd int) bool) {
	for i := range table {
		chunk := table[i].Load()
		if chunk == nil {
			continue
		}
		for j := range chunk {
			if entry(chunk[j].Load()).has(isOpen) && !yield(i*chunkSize+j) {
				return
			}
		}
	}
}

// lookUp returns what is known of fd. Of an fd that did not come through this
// package nothing is known, so it is treated as one that may block.
func lookUp(fd int) entry {
	if word := place(fd); word != nil {
		return entry(word.Load())
	}
	return 0
}

// enter begins the life of an fd.
func enter(fd int, nonblocking bool) {
	if uint(fd) >= maxFDs {
		return
	}
	if chunk := &table[fd/chunkSize]; chunk.Load() == nil {
		chunk.CompareAndSwap(nil, new([chunkSize]atomic.Uint32))
	}
	bits := isOpen
	if nonblocking {
		bits |= isNonblocking
	}
	update(fd, func(e entry) entry { return e&^(oneGeneration-1) + oneGeneration | bits })
}

// update changes a word in one step; it does nothing to an fd without a word.
func update(fd int, change func(entry) entry) {
	word := place(fd)
	if word == nil {
		return
	}
	for {
		old := word.Load()
		if word.CompareAndSwap(old, uint32(change(entry(old)))) {
			return
		}
	}
}

// set sets or clears one bit.
func set(fd int, bit entry, on bool) {
	update(fd, func(e entry) entry {
		if on {
			return e | bit
		}
		return e &^ bit
	})
}

// leave ends the life of an fd, and reports whether it had one.
func leave(fd int) (wasOpen bool) {
	update(fd, func(e entry) entry {
		wasOpen = e.has(isOpen)
		return e &^ (isOpen | isNonblocking | hasLabel)
	})
	return wasOpen
}

// Generation returns how many fds with this number came through this package:
// two equal answers, the same fd. 0 for a number that none has had.
func Generation(fd int) uint32 { return uint32(lookUp(fd) / oneGeneration) }

// Nonblocking reports whether calls of this package treat fd as non-blocking.
func Nonblocking(fd int) bool { return lookUp(fd).has(isNonblocking) }
