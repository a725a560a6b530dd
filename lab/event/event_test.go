package event

import "testing"

// newBase makes a base with the given backend ("" is the best), which is closed
// when the test ends.
func newBase(tb testing.TB, backend string) *Base {
	tb.Helper()
	b, err := New(Config{Backend: backend, Name: tb.Name(), Priorities: 3})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := b.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return b
}
