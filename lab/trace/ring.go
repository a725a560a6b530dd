//go:build unix

package trace

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"

	"fdlab/lab/litter"
)

// The ring's memory: one header page, the slots, the string table.
//
//	+--------+-------------------------+----------------+
//	| header | slot 0 | slot 1 | ...   | strings ...    |
//	+--------+-------------------------+----------------+
//
// It is mapped by the program that records and by whoever reads, so the last
// records of a program that crashed are still there. Nothing in it is a
// pointer.
const (
	headerSize  = 4096
	recordSize  = 64
	stringSpace = 4 << 20
	magic       = 0x6264_6c61_6266_6474
	ringVersion = 3 // 1 had no bundles, 2 no processes
)

// Slots is the usual size of a ring: 16 MiB, about 0.1 s of records from a
// program that does nothing but record.
const Slots = 1 << 18

// header is the first page. The counters that different sides write lie on
// cache lines of their own.
type header struct {
	magic   uint64
	version uint32
	size    uint32 // of a record
	slots   uint64
	start   int64 // CLOCK_MONOTONIC (ns) when the run began; 0: not attached yet
	pid     int64

	_       [24]byte
	written atomic.Uint64 // slots claimed by writers, ever
	limit   atomic.Uint64 // the writers' own: slots below this number are free, as far as they know
	_       [48]byte
	read    atomic.Uint64 // slots given back by the reader, ever
	_       [56]byte
	lost    atomic.Uint64 // records that found the ring full
	_       [56]byte
	strings atomic.Uint64 // bytes of the string table in use
	_       [56]byte
}

// Ring is the shared memory. Make one with NewRing, hand its file to a child
// (File), and read it with Reader; the child finds it with Process.
type Ring struct {
	file *os.File
	mem  []byte
	head *header
	mask uint64
	strs []byte
}

// NewRing makes a ring of the given number of slots (a power of two) in memory
// that has no name in any folder, so that nothing is left behind. The caller
// owns it and must Close it.
func NewRing(slots int) (*Ring, error) {
	if slots <= 0 || slots&(slots-1) != 0 {
		return nil, fmt.Errorf("trace: %d slots: the number must be a power of two", slots)
	}
	file, err := litter.Nameless("fdlab-trace")
	if err != nil {
		return nil, fmt.Errorf("trace: no shared memory for the ring: %w", err)
	}
	size := int64(headerSize) + int64(slots)*recordSize + stringSpace
	if err := errors.Join(file.Truncate(size), seal(file)); err != nil {
		file.Close()
		return nil, fmt.Errorf("trace: no shared memory for the ring: %w", err)
	}
	ring, err := mapRing(file, size)
	if err != nil {
		file.Close()
		return nil, err
	}
	ring.head.magic = magic
	ring.head.version = ringVersion
	ring.head.size = recordSize
	ring.head.slots = uint64(slots)
	ring.lay()
	return ring, nil
}

// OpenRing maps a ring that another process made. It takes the file over: it
// closes it when it fails, and Ring.Close does otherwise.
func OpenRing(file *os.File) (*Ring, error) {
	ring, err := openRing(file)
	if err != nil {
		file.Close()
	}
	return ring, err
}

func openRing(file *os.File) (*Ring, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("trace: the ring's file: %w", err)
	}
	if info.Size() < headerSize {
		return nil, fmt.Errorf("trace: the ring's file has %d bytes: too short", info.Size())
	}
	ring, err := mapRing(file, info.Size())
	if err != nil {
		return nil, err
	}
	h := ring.head
	fits := h.slots > 0 && h.slots&(h.slots-1) == 0 && h.slots < uint64(info.Size()) &&
		headerSize+h.slots*recordSize+stringSpace == uint64(info.Size())
	switch {
	case h.magic != magic:
		err = errors.New("trace: the file is not a trace ring")
	case h.version != ringVersion || h.size != recordSize:
		err = fmt.Errorf("trace: the ring has version %d, this program reads version %d: build both from the same checkout", h.version, ringVersion)
	case !fits:
		err = fmt.Errorf("trace: the ring is damaged: %d slots in a file of %d bytes", h.slots, info.Size())
	}
	if err != nil {
		unix.Munmap(ring.mem)
		return nil, err
	}
	ring.lay()
	return ring, nil
}

func mapRing(file *os.File, size int64) (*Ring, error) {
	mem, err := unix.Mmap(int(file.Fd()), 0, int(size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("trace: cannot map the ring: %w", err)
	}
	return &Ring{file: file, mem: mem, head: (*header)(unsafe.Pointer(&mem[0]))}, nil
}

func (r *Ring) lay() {
	r.mask = r.head.slots - 1
	r.strs = r.mem[headerSize+r.head.slots*recordSize:]
}

// File returns the memory as a file, to pass to a child. The ring keeps it.
func (r *Ring) File() *os.File { return r.file }

// Close unmaps the ring. No Recorder or Reader of it may be used afterwards.
func (r *Ring) Close() error {
	err := unix.Munmap(r.mem)
	r.mem, r.head, r.strs = nil, nil, nil
	return errors.Join(err, r.file.Close())
}

// slot returns the place of the n-th record, counted from 0.
func (r *Ring) slot(n uint64) *Record { return r.head.slot(n & r.mask) }

// slot returns the i-th place. i is masked: so it is inside the mapping.
func (h *header) slot(i uint64) *Record {
	return (*Record)(unsafe.Add(unsafe.Pointer(h), headerSize+i*recordSize))
}

// published returns the word that tells a reader whether a slot is whole.
func published(slot *Record) *atomic.Uint64 {
	return (*atomic.Uint64)(unsafe.Pointer(&slot.Seq))
}

// monotonic returns CLOCK_MONOTONIC in ns: one clock for all processes.
func monotonic() int64 {
	var ts unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts) != nil {
		return 0
	}
	return ts.Nano()
}
