package experiment

import (
	"fmt"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// Number writes a count and what is counted: "1 callback", "1,204 callbacks".
func Number[N int | int64 | uint64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Thousands(n) + " " + noun + "s"
}

// Thousands writes a count so that it can be read: "1,204". Each that may be so large is
// written so; numbers of ports, threads and fds are no counts.
func Thousands[N int | int64 | uint64](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Result says how a call ended, as a C program would see it: an errno's name,
// "EAGAIN", or well if there was no error.
func Result(err error, well string) string {
	if errno, ok := err.(unix.Errno); ok {
		return unix.ErrnoName(errno)
	}
	if err != nil {
		return err.Error()
	}
	return well
}

// Brief writes a duration with three figures at most: "85 µs", "1.20 s".
func Brief(d time.Duration) string {
	switch {
	case d < 0:
		return "-" + Brief(-d)
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 9995*time.Microsecond:
		return fmt.Sprintf("%.2f ms", float64(d)/1e6)
	case d < 999500*time.Microsecond:
		return fmt.Sprintf("%.0f ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}
