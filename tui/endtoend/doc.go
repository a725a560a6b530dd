// Package endtoend tests the instrument as a student meets it: the built
// program in a real pseudo-terminal, keys in, a screen out. It has tests only.
//
// A test starts the program (start), presses keys (press), and waits until the
// screen shows what it should (see). terminal_linux_test.go is the terminal:
// charmbracelet/x/vt turns the program's bytes into a screen, and keeps every
// frame, so that no moment is missed, however short it is and however busy the
// machine. No test sleeps, and none measures speed: the limits are only there
// to end a test that would hang.
//
// The tests run on Linux, for they look in /proc for processes left behind.
//
//	go test ./tui/endtoend                          the tests
//	go test ./tui/endtoend -run Picture -update     paints docs/pictures anew
//	go test ./tui/endtoend -run '^$' -bench .       the time to the first frame
package endtoend
