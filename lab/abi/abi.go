// Package abi knows the numbers by which a Linux kernel and a program understand
// each other, as the manual pages name them: errno(3) and signal(7). The tables
// are part of the package, so that a recording reads the same where it is
// opened as where it was made: in a browser, too.
//
// It knows names and nothing else: no calls, no records.
package abi

// Errno returns the name of an errno: "EAGAIN"; "" for a number without one.
// Off Linux a number that this system's own kernel gave has that system's name.
func Errno(n int64) string { return errno(n) }

// Signal returns the name of a signal: "SIGINT"; "" for a number without one.
// As with Errno, off Linux the system's own names count.
func Signal(n int64) string { return signal(n) }

func named(table []string, n int64) string {
	if n < 0 || n >= int64(len(table)) {
		return ""
	}
	return table[n]
}
