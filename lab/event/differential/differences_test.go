//go:build linux

package differential

// difference is where lab/event departs from libevent on purpose. Both traces
// are asserted: lines, each of which may be a regular expression.
type difference struct {
	scenario string
	backends string // "all", or some of them
	libevent string
	lab      string
}

var differences = []difference{}

// declared returns the difference that the scenario shows on the backend.
func declared(scenario, backend string) *difference {
	return nil
}
