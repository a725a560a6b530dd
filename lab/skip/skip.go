// Package skip says when a test is left out, and sees to it that nothing is left
// out in silence where everything must run. It knows nothing of what is tested.
// Tests alone import it.
package skip

import (
	"flag"
	"os"
	"testing"
)

// Slow is m.Run for a package whose tests run real programs for seconds:
//
//	func TestMain(m *testing.M) { os.Exit(skip.Slow(m)) }
//
// Under -short it ends at once, and go test marks the package "[no tests to run]";
// what -run asks for by name runs all the same.
func Slow(m *testing.M) int {
	if !flag.Parsed() {
		flag.Parse()
	}
	if testing.Short() && flag.Lookup("test.run").Value.String() == "" {
		flag.Set("test.run", "^$")
	}
	return m.Run()
}

// Missing leaves a test out because the machine lacks what it needs: a compiler,
// libevent, a network of its own. In CI, which brings all of it (CI=true), the test
// fails instead.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}
