package trace

// Room returns how many more records fit into the ring now. It is for the rare
// record that must not be lost: who has one can wait a moment for the reader.
func (r *Recorder) Room() int {
	if r == nil {
		return 0
	}
	h := r.ring.head
	return int(r.ring.mask) + 1 - int(h.written.Load()-h.read.Load())
}
