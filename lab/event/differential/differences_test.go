//go:build linux

package differential

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fdlab/lab/event"
)

// difference is where lab/event departs from libevent on purpose. Both traces
// are asserted, as regular expressions: for what even one side leaves open.
type difference struct {
	entry    string // its title in docs/libevent.md, "Deliberate differences"
	scenario string
	backends string // "all", or some of them, as libevent calls them
	libevent string
	lab      string
}

// Titles of the entries.
const (
	oneThread = "One thread."
	closedFD  = "A closed fd is named, as soon as the kernel gives a sign of it."
	refused   = "Fds that cannot be watched are refused"
	signals   = "Signals come through the Go runtime"
	clock     = "The clock is read once a turn, and only by a base that has used a timeout."
)

var differences = []difference{
	{oneThread, "addFromAnotherThread", "all", `
b read
return 0: break`, `
add b failed
return 0: break`},
	{oneThread, "deleteFromAnotherThread", "all", `
a read
a ends
deleted
return 0: break`, `
a read
del a failed
deleted
a ends
return 0: break`},

	{closedFD, "closeAPendingFd", "epoll", `
return 0
return 1`, `
return 0
del a failed
return 1`},
	{closedFD, "closeAPendingFd", "poll", `
a read
got EBADF
a read
got EBADF
a read
got EBADF
return 0: break
return 1`, `
return -1
return 1`},
	{closedFD, "closeAPendingFdInACallback", "epoll", `
b read
return 0`, `
b read
return 0
del a failed`},
	{closedFD, "closeAPendingFdInACallback", "poll", `
b read
a read
got EBADF
a read
got EBADF
a read
got EBADF
return 0: break`, `
b read
return -1`},
	{closedFD, "closeAndReuseTheNumber", "epoll", `
same number
return 0
return 0`, `
same number
return 0
add new failed
return 0`},

	{closedFD, "closeADuplicatedFd", "epoll, poll", `
return 0: break`, `
return -1`},
	{closedFD, "closeADuplicatedFdAndReuseTheNumber", "epoll", `
return 0: break`, `
return -1`},
	{closedFD, "deleteADuplicatedFdTooLate", "epoll", `
timer timeout
return 1`, `
del a failed
return -1`},
	{closedFD, "activeByHandAfterClose", "poll", `
a read
a is pending for read
return 0
a is pending for read`, `
a read
a is pending for read
return -1
a is pending for read`},
	{closedFD, "activeByHandAfterCloseWithATimeout", "poll", `
a read
a is pending for timeout\|read
return 0
a is pending for timeout\|read`, `
a read
a is pending for timeout\|read
return -1
a is pending for timeout\|read`},

	{refused, "addNeverOpen", "poll", `
a read
got EBADF
a read
got EBADF
a read
got EBADF
return 0: break`, `
return -1`},
	{refused, "addNeverOpen", "select", `
a read
got EBADF
a read
got EBADF
a read
got EBADF
return 0: break`, `
add a failed
return 1`},
	{refused, "addNegative", "all", `
a is pending for read
return 0`, `
add a failed
a is pending for nothing
return 1`},
	{refused, "fd1024", "select", `
ended by aborted`, `
add a failed
return 1`},
	{refused, "edgeAndLevel", "epoll", `
b read\|edge
a read
return 0
b read\|edge
a read
return 0`, `
add b failed
a read
return 0
a read
return 0`},
	{refused, "edgeAndLevel", "poll, select", `
b read
a read
return 0
b read
a read
return 0`, `
add b failed
a read
return 0
a read
return 0`},

	{signals, "signalThreeRaises", "all", `
a signal
a signal
a signal
return 1`, `
a signal
(a signal
){0,2}return 1`},
	{signals, "signalTwoBases", "all", `
return 0
second signal
return 1`, `
first signal
return 1
second signal
return 1`},
	{signals, "signalDeletedUser", "all", `
ended by user defined signal 1`, `
still here`},

	{clock, "timerFirstOfTheBase", "all", `
a read
return 0: break
b timeout
return 1
return 1`, `
a read
return 0: break
return 0
b timeout
return 1`},
}

// unshown are the entries that no trace can show, and why.
var unshown = map[string]string{
	"Memory that was used again is named.": "what libevent does is undefined; lesson 06 shows it with C programs",
	"Order of fds.":                        "libevent's is random, and a trace must not be",
	"The loop keeps one fd of its own":     "no callback sees it",
}

// on reports whether the difference shows on the backend.
func (d *difference) on(backend string) bool {
	return d.backends == "all" || slices.Contains(strings.Split(d.backends, ", "), inLibevent[backend])
}

// declared returns the difference that the scenario shows on the backend.
func declared(scenario, backend string) *difference {
	for i := range differences {
		if d := &differences[i]; d.scenario == scenario && d.on(backend) {
			return d
		}
	}
	return nil
}

// The page and the table say the same: each entry names the scenarios that show
// it, and each row has an entry.
func TestDifferencesAreInTheDocs(t *testing.T) {
	page, err := os.ReadFile("../../../docs/libevent.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(page), "\n## Deliberate differences\n")
	if !found {
		t.Fatal(`docs/libevent.md has no section "Deliberate differences"`)
	}
	section, _, _ = strings.Cut(section, "\n## ")

	inDocs := map[string][]string{}
	for _, entry := range regexp.MustCompile(`(?m)^\d+\. `).Split(section, -1)[1:] {
		title := strings.Split(strings.Join(strings.Fields(entry), " "), "**")[1]
		inDocs[title] = nil
		if _, shown, ok := strings.Cut(entry, "*Shown by*:"); ok {
			for _, name := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(shown, -1) {
				inDocs[title] = append(inDocs[title], name[1])
			}
		}
		slices.Sort(inDocs[title])
	}

	inTable := map[string][]string{}
	for title := range unshown {
		inTable[title] = nil
	}
	for _, d := range differences {
		if !slices.Contains(inTable[d.entry], d.scenario) {
			inTable[d.entry] = append(inTable[d.entry], d.scenario)
		}
	}
	for title := range inTable {
		slices.Sort(inTable[title])
	}
	if !maps.EqualFunc(inDocs, inTable, slices.Equal) {
		t.Errorf("docs/libevent.md and the table differ:\nthe page %q\nthe table %q", inDocs, inTable)
	}
}

// A row that no run comes by would assert nothing.
func TestDifferencesAreOfScenarios(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range differences {
		if !slices.ContainsFunc(scenarios(), func(s func()) bool { return nameOf(s) == d.scenario }) {
			t.Errorf("there is no scenario %q", d.scenario)
		}
		for _, backend := range event.Backends() {
			if key := d.scenario + " on " + backend; d.on(backend) {
				if seen[key] {
					t.Errorf("two rows for %s", key)
				}
				seen[key] = true
			}
		}
		if d.backends != "all" {
			for _, backend := range strings.Split(d.backends, ", ") {
				if !slices.Contains(event.Backends(), backend) {
					t.Errorf("%s: no backend %q", d.scenario, backend)
				}
			}
		}
		if d.libevent == d.lab {
			t.Errorf("%s: that is no difference", d.scenario)
		}
	}
}
