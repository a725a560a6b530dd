package event

import "testing"

// nature is what the tests must know of a backend: not how it is written, but
// what the kernel behind it does.
type nature struct {
	edges   bool // it knows EdgeTriggered
	forgets bool // the kernel forgets a closed fd in silence; otherwise the next wait says that it is closed
	refuses bool // an fd that is not open cannot be added; otherwise the next wait says so
	hangUp  bool // a hang-up counts as writable
}

// natures has a row for every backend.
var natures = map[string]nature{
	"epoll":  {edges: true, forgets: true, refuses: true, hangUp: true},
	"kqueue": {edges: true, forgets: true, refuses: true, hangUp: true},
	"poll":   {hangUp: true},
	"select": {refuses: true}, // a bit of an fd_set has no room for a hang-up
}

func natureOf(b *Base) nature { return natures[b.Backend()] }

func TestEachBackendHasItsNature(t *testing.T) {
	for _, name := range Backends() {
		if _, ok := natures[name]; !ok {
			t.Errorf("the backend %q has no row in natures: the other tests cannot know what to expect of it", name)
		}
	}
}
