//go:build linux

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// The names of the contenders, in tables and in the plot. The first is the one
// that the others are compared with: libevent with a second thread that sleeps,
// because every Go program has several, and with them the kernel counts
// references at each look-up of an fd.
const (
	libevent    = "libevent"
	libeventOne = "libevent, one thread"
	libeventMT  = "libevent, with locks" // so that other threads may use the base, as with ours
	bareEpoll   = "bare epoll in C"
	ours        = "fdlab"
	bareGo      = "bare epoll in Go"
	goNet       = "Go's net"
	gnetLoop    = "gnet"
	unwatched   = "not recorded"
	recorded    = "recorded"
	unread      = "recorded, nobody reads"
)

// commands are how the contenders are called; the workload follows.
var commands = []struct {
	name, program string
	first         []string
}{
	{libevent, "libevent", []string{"thread"}},
	{libeventOne, "libevent", nil},
	{libeventMT, "libevent", []string{"locks", "thread"}},
	{bareEpoll, "epoll", []string{"thread"}},
	{ours, "fdlab", nil},
	{bareGo, "goepoll", nil},
	{goNet, "gonet", nil},
	{gnetLoop, "gnet", nil},
}

// command returns the command line of a contender, or nil if it is missing here.
func (m *machine) command(name, workload string) []string {
	for _, c := range commands {
		if c.name == name && m.programs[c.program] != "" {
			return append(append([]string{m.programs[c.program]}, c.first...), strings.Fields(workload)...)
		}
	}
	return nil
}

// peers makes contenders of those that are there.
func (m *machine) peers(workload string, names []string, begin func(command []string) (runner, error)) []contender {
	var list []contender
	for _, name := range names {
		if command := m.command(name, workload); command != nil {
			list = append(list, contender{name, func() (runner, error) { return begin(command) }})
		}
	}
	return list
}

func (m *machine) onOneCore(command []string) (runner, error) { return m.timed(command, nil) }

// timed starts a peer that never waits, on the core of the peers.
func (m *machine) timed(command, env []string, files ...*os.File) (runner, error) {
	p, err := start(m.core, command, env, files...)
	if err == nil && m.byCPU {
		return onCPU{p}, nil
	}
	return p, err
}

// plan lists all contests. By CPU time only those can be compared that never
// wait, and those whose figure it is anyway.
func (m *machine) plan() []contest {
	if m.byCPU {
		busy := append(m.cascades(), m.byHand()[:2]...)
		return append(busy, m.watching()...)
	}
	var list []contest
	list = append(list, m.cascades()...)
	list = append(list, m.byHand()...)
	list = append(list, m.echoes()...)
	list = append(list, m.wakes()...)
	list = append(list, m.watching()...)
	return list
}

// cascades is libevent's classic workload. A round takes some 30 ms: with poll
// and select an event costs what it costs to look at all fds, shared by those
// that are active.
func (m *machine) cascades() []contest {
	var list []contest
	most := min(10_000, (m.fds-64)/2)
	for _, c := range []struct {
		backend string
		pipes   []int
		targets [2]float64 // with 1 and 100 active; 0: none
	}{
		{"epoll", []int{100, 1000, most}, [2]float64{1.05, 1.05}},
		{"poll", []int{100, 1000, most}, [2]float64{1.05, 0}},
		{"select", []int{100, 500}, [2]float64{1.05, 0}},
	} {
		names := []string{libevent, libeventOne, ours}
		if c.backend == "epoll" {
			names = []string{libevent, libeventOne, bareEpoll, ours, goNet}
		}
		for _, pipes := range c.pipes {
			if m.byCPU && pipes > 1000 {
				continue // setting up a round, which is not timed, would count
			}
			for i, active := range []int{1, 100} {
				cost := 1500
				if c.backend != "epoll" {
					cost += 50 * pipes / active
				}
				f := figure{unit: "ns an event", scale: 1}
				if c.targets[i] > 0 {
					f.targets = []target{{libevent, c.targets[i]}}
				}
				list = append(list, contest{
					group:      "Classic workload, " + c.backend,
					name:       fmt.Sprintf("N %s, A %d", thousands(pipes), active),
					work:       30_000_000 / cost,
					figures:    []figure{f},
					contenders: m.peers(fmt.Sprintf("cascade %s %d %d", c.backend, pipes, active), names, m.onOneCore),
				})
			}
		}
	}
	return list
}

// byHand is what needs no fd. Activation is what other threads may do, too: it
// is compared with the libevent whose base they may use.
func (m *machine) byHand() []contest {
	names := []string{libevent, libeventMT, ours}
	of := func(name, workload string, work int, targets ...target) contest {
		return contest{group: "Without an fd", name: name, work: work,
			figures:    []figure{{unit: "ns", scale: 1, targets: targets}},
			contenders: m.peers(workload, names, m.onOneCore)}
	}
	return []contest{
		of("making active by hand, and its callback", "active", 500_000, target{libeventMT, 0.6}),
		of("timer: delete and add, 10,000 pending", "timers 10000", 100_000, target{libevent, 1.05}),
		of("timer: expire, 1,000 of 10,000", "expire 10000", 1000, target{libevent, 0.95}),
	}
}

func (m *machine) echoes() []contest {
	names := []string{libevent, bareEpoll, ours, goNet, gnetLoop}
	var list []contest
	for _, connections := range []int{1, 50, 1000} {
		rate := figure{unit: "requests a second", scale: 1, rate: true}
		cost := figure{unit: "us of CPU a request", scale: 1e3}
		if connections == 50 {
			rate.targets = []target{{libevent, 0.97}, {goNet, 1.15}, {gnetLoop, 1.15}}
			cost.targets = []target{{libevent, 1.05}}
		}
		list = append(list, contest{
			group: "Echo on loopback", name: clients(connections),
			work: 10_000, figures: []figure{rate, cost},
			contenders: m.peers("echo", names, func(command []string) (runner, error) {
				return m.startEcho(connections, command, nil)
			}),
		})
	}
	many := min(4000, m.fds-100) // the server's queue holds 4,096 that wait
	return append(list, contest{
		group: "Echo on loopback", name: "memory, " + clients(many), work: many,
		figures: []figure{{unit: "KiB a connection", scale: 1024, bound: 0.25}},
		contenders: m.peers("echo", names, func(command []string) (runner, error) {
			return memory{m, command}, nil
		}),
	})
}

// wakes is a wake-up of a sleeping loop from another thread, and back. The
// process may use both cores; its threads choose.
func (m *machine) wakes() []contest {
	of := func(name, how string, names ...string) contest {
		return contest{group: "Wake-up from another thread", name: name, work: 1000,
			figures: []figure{{unit: "us there and back", scale: 1e3, targets: []target{{names[0], 1.1}}}},
			contenders: m.peers(fmt.Sprintf("wake %s %d %d", how, m.core[0], m.other[0]), names,
				func(command []string) (runner, error) {
					return start([]int{m.core[0], m.other[0]}, command, nil)
				})}
	}
	return []contest{
		of("pipe", "pipe", libeventOne, bareEpoll, ours, bareGo),
		of("eventfd", "eventfd", libeventOne, bareEpoll, ours, bareGo),
		of("event_active, Base.Post", "post", libeventOne, ours),
		{group: "Wake-up from another thread", name: "Base.Post, with one pending", work: 100_000,
			figures:    []figure{{unit: "ns", scale: 1, bound: 25}},
			contenders: m.peers("post", []string{ours}, m.onOneCore)},
	}
}

// watching is what recording costs fdlab: it is its own peer.
func (m *machine) watching() []contest {
	fdlab := func(name string, begin func(env []string, files ...*os.File) (runner, error)) []contender {
		watching := func(reading bool) func() (runner, error) {
			return func() (runner, error) {
				w, err := watch(reading, func(env []string, ring *os.File) (runner, error) { return begin(env, ring) })
				if err == nil && !strings.HasPrefix(name, "echo") {
					w.report = func(a account) { fmt.Fprintf(os.Stderr, "%s: %v\n", name, a) }
				}
				return w, err
			}
		}
		return []contender{
			{unwatched, func() (runner, error) { return begin(nil) }},
			{recorded, watching(true)},
			{unread, watching(false)},
		}
	}
	limits := []target{{unwatched, 1.03}}
	var list []contest
	// Without dispatch each turn is a call of Loop, with two records and a reading
	// of the clock more. No program is written like that: it has no target.
	for _, active := range []int{1, 100} {
		for _, how := range []string{"", " dispatch"} {
			command := m.command(ours, "cascade epoll 100 "+strconv.Itoa(active)+how)
			name := fmt.Sprintf("classic, N 100, A %d", active)
			f := figure{unit: "ns an event", scale: 1}
			if how != "" {
				name += ", in one Dispatch"
				f.targets = limits
			}
			list = append(list, contest{group: "Being watched", name: name, work: 20_000,
				figures: []figure{f},
				contenders: fdlab(name, func(env []string, files ...*os.File) (runner, error) {
					return m.timed(command, env, files...)
				})})
		}
	}
	command := m.command(ours, "echo")
	return append(list, contest{group: "Being watched", name: "echo, 50 connections", work: 10_000,
		figures: []figure{{unit: "requests a second", scale: 1, rate: true}, {unit: "us of CPU a request", scale: 1e3, targets: limits}},
		contenders: fdlab("echo", func(env []string, files ...*os.File) (runner, error) {
			return m.startEcho(50, command, env, files...)
		})[:2]})
}

func clients(n int) string {
	if n == 1 {
		return "1 connection"
	}
	return thousands(n) + " connections"
}

// thousands writes 10000 as 10,000.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
