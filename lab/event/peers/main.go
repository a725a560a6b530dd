//go:build linux

// Peers measures the course's loop against its peers: libevent, bare epoll in
// C, Go's net package and gnet. All run in one run and in turn, round by round,
// and what counts is the ratio of neighbours: an absolute time does not carry
// to another machine. docs/benchmarks.md tells what the figures mean.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
)

func main() {
	rounds := flag.Int("rounds", 15, "how many rounds count")
	only := flag.String("only", "", "measure only the workloads that match this regular expression")
	plot := flag.String("plot", "", "where to draw the plot, an SVG file (default: docs/pictures/peers.svg, if all is measured)")
	cpu := flag.Bool("cpu", false, "compare CPU time, not time on the wall: for a machine that does other work; leaves out what waits")
	flag.Parse()
	if err := run(*rounds, *only, *plot, *cpu); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(rounds int, only, plot string, cpu bool) error {
	match, err := regexp.Compile(only)
	if err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	if rounds < 1 {
		return fmt.Errorf("-rounds %d: at least one must count", rounds)
	}
	if only == "" && plot == "" && !cpu {
		plot = "../../../docs/pictures/peers.svg"
	}
	m, err := prepare()
	if err != nil {
		return err
	}
	defer m.close()
	m.byCPU = cpu
	about := m.describe(rounds)
	var results []result
	var failed []error
	for _, c := range m.plan() {
		if len(c.contenders) == 0 || !match.MatchString(c.group+", "+c.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s, %s\n", c.group, c.name)
		r, err := c.hold(rounds)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		results = append(results, r)
	}
	if len(results)+len(failed) == 0 {
		return fmt.Errorf("-only %q matches no workload", only)
	}
	fmt.Println(about)
	if len(m.missing) > 0 {
		fmt.Println("\n" + strings.Join(m.missing, "\n"))
	}
	writeTables(os.Stdout, results)
	if plot != "" {
		failed = append(failed, os.WriteFile(plot, draw(results), 0o644))
	}
	return errors.Join(failed...)
}
