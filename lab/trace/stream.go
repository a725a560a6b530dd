//go:build unix

package trace

import (
	"io"
	"os"
	"path/filepath"
	"time"
)

// Stream records this process itself and writes the recording to w as it
// grows. Call it before anything that records (see SetProcess). slots is the
// size of the ring between the program and w, a power of two; Slots will do.
//
// stop writes what is left and the last line, and returns the first error of
// w. What is recorded after it goes nowhere; the ring's memory stays until the
// process ends. A w that is slow loses records, which the recording counts; it
// never holds the program up.
func Stream(w io.Writer, slots int) (stop func() error, err error) {
	return StreamOf(filepath.Base(os.Args[0]), w, slots)
}

// StreamOf is Stream where this process records another program: so it is called.
func StreamOf(program string, w io.Writer, slots int) (stop func() error, err error) {
	ring, err := NewRing(slots)
	if err != nil {
		return nil, err
	}
	rec, reader := ring.Recorder(), ring.Reader()
	encoder, err := NewEncoder(w, reader, Header{Program: program, Started: time.Now()})
	if err != nil {
		ring.Close()
		return nil, err
	}
	SetProcess(rec)
	stopping, stopped := make(chan struct{}), make(chan error, 1)
	go func() {
		batch := make([]Record, 4096)
		drain := func() {
			// One ringful at most: a program that records faster than w takes it must
			// not keep us from stopping.
			for left := slots; left > 0; {
				n := reader.Read(batch)
				if n == 0 {
					break
				}
				encoder.Encode(batch[:n])
				left -= n
			}
			encoder.Lost(reader.Lost())
		}
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				drain()
			case <-stopping:
				drain()
				stopped <- encoder.Close(reader.Lost())
				return
			}
		}
	}()
	return func() error {
		close(stopping)
		return <-stopped
	}, nil
}
