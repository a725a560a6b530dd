//go:build unix

package trace

import (
	"encoding/binary"
	"testing"
)

// FuzzRing lets a faulty program write over its ring, header and all, anywhere. The
// reader reads on or ends, tells no number that cannot be, and does not crash.
func FuzzRing(f *testing.F) {
	f.Add([]byte{}, uint32(0), uint32(1))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, uint32(64), uint32(1<<20))
	f.Add([]byte{2, 0, 0, 0, 0, 0, 0, 0, 200}, uint32(headerSize), uint32(7))
	for kind := 0; kind < 256; kind += 15 { // a slot that was published, of any kind
		slot := make([]byte, recordSize)
		binary.LittleEndian.PutUint64(slot, 3)
		for i := 8; i < recordSize; i++ {
			slot[i] = byte(kind)
		}
		f.Add(slot, uint32(headerSize+2*recordSize), uint32(kind))
	}
	f.Fuzz(func(t *testing.T, over []byte, at, id uint32) {
		const slots = 1 << 4
		ring, err := NewRing(slots)
		if err != nil {
			t.Fatal(err)
		}
		defer ring.Close()
		rec, reader := ring.Recorder(), ring.Reader()
		rec.Put(&Record{Kind: Note, FD: NoFD, Str: rec.String("first")})
		rec.Put(&Record{Kind: Note, FD: NoFD})
		copy(ring.mem[int(at)%len(ring.mem):], over)

		total := 0
		dst := make([]Record, 3)
		for {
			n := reader.Rest(dst)
			for _, r := range dst[:n] {
				_ = reader.String(r.Str)
			}
			if total += n; n == 0 {
				break
			}
			if total > 2*slots*most {
				t.Fatalf("%d records of a ring of %d slots", total, slots)
			}
		}
		_ = reader.String(id)
		if lost := reader.Lost(); lost > reader.most() {
			t.Errorf("%d records lost", lost)
		}
		if reader.Now() < 0 {
			t.Errorf("the time is %d", reader.Now())
		}
	})
}
