package trace

import (
	"bytes"
	"errors"
	"fmt"
)

// Growing is a recording that is read while it is made, piece by piece: the header first,
// then lines of records as they come. Pieces may be missing between; the last line never
// comes. It knows the strings of the records that it has returned.
type Growing struct {
	*Recording
	line    line
	number  int // lines so far
	records []Record
}

// NewGrowing returns a recording of which nothing has been read yet.
func NewGrowing() *Growing {
	g := &Growing{Recording: &Recording{ids: map[string]uint32{}, batch: make([]Record, 0, scanned)}}
	g.take = func(some []Record) { g.records = append(g.records, some...) }
	return g
}

// Read takes the next piece, which is whole lines, and returns its records. They are valid
// until the next call. After an error nothing more can be read.
func (g *Growing) Read(piece []byte) ([]Record, error) {
	g.records, g.batch = g.records[:0], g.batch[:0]
	for len(piece) > 0 {
		end := bytes.IndexByte(piece, '\n') + 1
		g.number++
		err := errors.New("a piece ends within it")
		if end > 0 {
			if err = g.line.parse(piece[:end]); err == nil {
				_, err = g.Recording.line(g.number, g.line.pairs)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("trace: growing recording, line %d: %w", g.number, err)
		}
		piece = piece[end:]
	}
	return append(g.records, g.batch...), nil
}
