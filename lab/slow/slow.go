// Package slow keeps out of `go test -short` the packages whose tests take long:
// real programs that run for seconds. Such a package says so in its TestMain:
//
//	func TestMain(m *testing.M) { os.Exit(slow.Run(m)) }
//
// Under -short it then ends at once, and go test marks it "[no tests to run]". It
// knows nothing of what is tested. Tests alone import it.
package slow

import (
	"flag"
	"testing"
)

// Run is m.Run, but under -short it runs only what -run asks for by name.
func Run(m *testing.M) int {
	if !flag.Parsed() {
		flag.Parse()
	}
	if testing.Short() && flag.Lookup("test.run").Value.String() == "" {
		flag.Set("test.run", "^$")
	}
	return m.Run()
}
