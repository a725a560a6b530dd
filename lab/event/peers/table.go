//go:build linux

package main

import (
	"fmt"
	"io"
	"strings"
)

// writeTables writes a Markdown table for each group of contests, in which the
// first contender's value stands as it is and the others as ratios to it.
func writeTables(w io.Writer, results []result) {
	var head string
	for _, r := range results {
		if len(r.contenders) == 0 {
			continue
		}
		if r.group != head {
			head = r.group
			fmt.Fprintf(w, "\n### %s\n", head)
		}
		for f, fig := range r.figures {
			if f == 0 {
				writeHead(w, r, results)
			}
			base := spreadOf(r.values[f][0])
			row := []string{r.name, fig.unit, r.contenders[0].name, number(base.median / fig.scale)}
			for _, name := range columns(r.group, results) {
				cell := ""
				if i := r.index(name); i > 0 {
					cell = times(r.ratio(f, i, 0))
				}
				row = append(row, cell)
			}
			fmt.Fprintf(w, "| %s |\n", strings.Join(row, " | "))
		}
	}
	writeTargets(w, results)
}

// writeHead writes a table's head, before the first row of its group.
func writeHead(w io.Writer, r result, results []result) {
	for _, other := range results {
		if other.group == r.group && len(other.contenders) > 0 {
			if other.name != r.name {
				return
			}
			break
		}
	}
	row := append([]string{"workload", "unit", "compared with", "its value"}, columns(r.group, results)...)
	fmt.Fprintf(w, "\n| %s |\n|%s\n", strings.Join(row, " | "),
		"---|---|---|---:|"+strings.Repeat("---:|", len(row)-4))
}

// columns are the contenders of a group that are compared with a first one.
func columns(group string, results []result) []string {
	var names []string
	seen := map[string]bool{}
	for _, r := range results {
		for i, c := range r.contenders {
			if r.group == group && i > 0 && !seen[c.name] {
				seen[c.name] = true
				names = append(names, c.name)
			}
		}
	}
	return names
}

// writeTargets says which targets were reached.
func writeTargets(w io.Writer, results []result) {
	fmt.Fprintf(w, "\n### Targets of %s\n\n| workload | unit | against | target | measured | |\n|---|---|---|---:|---:|---|\n", ours)
	for _, r := range results {
		for f, fig := range r.figures {
			if who := r.index(ours); who >= 0 && fig.bound > 0 {
				got := spreadOf(r.values[f][who]).median / fig.scale
				fmt.Fprintf(w, "| %s: %s | %s | | at most %s | %s | %s |\n",
					r.group, r.name, fig.unit, number(fig.bound), number(got), verdict(got <= fig.bound))
			}
			for _, t := range fig.targets {
				who, against := r.index(ours), r.index(t.against)
				if t.against == unwatched {
					who = r.index(recorded)
				}
				if who < 0 || against < 0 {
					continue
				}
				got := r.ratio(f, who, against)
				sign, reached := "at most", got.median <= t.limit
				if fig.rate {
					sign, reached = "at least", got.median >= t.limit
				}
				fmt.Fprintf(w, "| %s: %s | %s | %s | %s %.2f | %s | %s |\n",
					r.group, r.name, fig.unit, t.against, sign, t.limit, times(got), verdict(reached))
			}
		}
	}
}

func verdict(reached bool) string {
	if reached {
		return "reached"
	}
	return "missed"
}

// times writes a ratio: the median, and the quartiles in brackets.
func times(s spread) string { return fmt.Sprintf("%.2f (%.2f–%.2f)", s.median, s.low, s.high) }

// number writes a value with three digits or more.
func number(v float64) string {
	switch {
	case v >= 100:
		return thousands(int(v + 0.5))
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
