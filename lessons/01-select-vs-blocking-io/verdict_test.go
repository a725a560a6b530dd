package main

import (
	"testing"
	"time"

	"fdlab/lab/experiment/engine"
)

// TestALeadIsTheEnginesAndNotTheMachines: an engine that got no processor would have
// heard b earlier on a free machine, nobody knows by how much.
func TestALeadIsTheEnginesAndNotTheMachines(t *testing.T) {
	type heard struct{ waited, delayed int } // ms
	for name, c := range map[string]struct {
		epoll, threads, busy heard
		lead                 string
		ok                   bool
	}{
		"all at once":                              {heard{1, 0}, heard{1, 0}, heard{2, 1}, "", true},
		"one leads":                                {heard{1, 0}, heard{200, 0}, heard{300, 0}, "epoll", true},
		"one leads, whatever the delays":           {heard{5, 4}, heard{200, 50}, heard{300, 90}, "epoll", true},
		"two lead":                                 {heard{1, 0}, heard{2, 0}, heard{300, 0}, "", true},
		"two lead, and the third is late":          {heard{1, 0}, heard{2, 0}, heard{300, 299}, "", true},
		"the others were only late":                {heard{1, 0}, heard{200, 199}, heard{300, 299}, "", false},
		"one of the others was only late":          {heard{1, 0}, heard{200, 0}, heard{300, 299}, "", false},
		"one would lead if it had not been late":   {heard{190, 189}, heard{200, 0}, heard{300, 0}, "", false},
		"none leads, and nobody was late for much": {heard{90, 40}, heard{60, 20}, heard{80, 60}, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			all := map[string]engine.Heard{}
			for name, h := range map[string]heard{"epoll": c.epoll, "threads": c.threads, "busy": c.busy} {
				all[name] = engine.Heard{Waited: time.Duration(h.waited) * time.Millisecond, Delayed: time.Duration(h.delayed) * time.Millisecond}
			}
			lead, late, ok := lead(all)
			if lead != c.lead || ok != c.ok || (late != nil) == c.ok {
				t.Errorf("%q, %v, %v; want %q, %v", lead, late, ok, c.lead, c.ok)
			}
		})
	}
}
