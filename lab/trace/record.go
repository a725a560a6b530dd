// Package trace is the record of a run: what a program did with its file
// descriptors, what the kernel answered, and when.
//
// A program writes fixed-size records into a ring in shared memory (Recorder);
// an instrument reads them from there while the program runs (Reader). A
// recording is the same records as a file of JSON Lines (Encoder, ReadRecording).
//
// The package knows the form of a record. It does not know who makes records
// (lab/event, lab/sys, lab/kernel, lab/experiment) or what they add up to
// (lab/world).
package trace

import "encoding/binary"

// Version is the version of the record's form, in the first line of a recording.
// A reader refuses any other.
const Version = 1

// Record is one fact. It is 64 bytes, one cache line, and holds no pointers,
// so that it can live in shared memory. What A, B, C and D mean depends on
// Kind: the table in kind.go says it for each.
type Record struct {
	Seq    uint64 // 1, 2, 3 ... over all threads: one order for the whole run
	Time   int64  // ns since the run began, monotonic
	Thread uint32 // kernel id of the OS thread that made the record
	FD     int32  // the file descriptor it is about, or NoFD
	Kind   Kind
	Bytes  uint8  // how many bytes of data lie in C and D, at most 16
	Base   uint16 // the event base it is about: 1, 2 ..., or 0 for none
	Str    uint32 // number of a string in the run's string table, 0 for ""
	A, B   int64
	C, D   int64
}

// NoFD is the FD of a record that is about no file descriptor.
const NoFD = -1

// Data returns the first bytes that a system call moved, at most 16, appended
// to buf. They come from outside: quote them before they reach a terminal.
func (r *Record) Data(buf []byte) []byte {
	var raw [16]byte
	binary.LittleEndian.PutUint64(raw[:8], uint64(r.C))
	binary.LittleEndian.PutUint64(raw[8:], uint64(r.D))
	return append(buf, raw[:min(int(r.Bytes), 16)]...)
}

// SetData keeps the first bytes of p, at most 16, in C and D.
func (r *Record) SetData(p []byte) {
	var raw [16]byte
	r.Bytes = uint8(copy(raw[:], p))
	r.C = int64(binary.LittleEndian.Uint64(raw[:8]))
	r.D = int64(binary.LittleEndian.Uint64(raw[8:]))
}

// Strings turns a string number into its text. A Reader is one; so is a
// Recording.
type Strings interface{ String(id uint32) string }
