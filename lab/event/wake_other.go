//go:build !linux

package event

import (
	"errors"

	"golang.org/x/sys/unix"
)

// bell is a pipe that does not block: a byte in it means that it was rung.
type bell struct{ ends [2]int }

func (l *bell) open() error {
	if err := unix.Pipe(l.ends[:]); err != nil {
		return err
	}
	for _, fd := range l.ends {
		unix.CloseOnExec(fd)
		if err := unix.SetNonblock(fd, true); err != nil {
			return errors.Join(err, l.close())
		}
	}
	return nil
}

func (l *bell) fd() int { return l.ends[0] }

func (l *bell) ring() { unix.Write(l.ends[1], []byte{1}) } // full is as good as rung

func (l *bell) drain() {
	var bytes [16]byte
	unix.Read(l.ends[0], bytes[:])
}

func (l *bell) close() error { return errors.Join(unix.Close(l.ends[0]), unix.Close(l.ends[1])) }
