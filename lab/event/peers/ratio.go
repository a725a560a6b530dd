//go:build linux

package main

import "slices"

// spread is the middle of many values and how far they lie apart: the quartiles
// leave out the rounds that something else disturbed.
type spread struct{ low, median, high float64 }

func spreadOf(values []float64) spread {
	s := slices.Sorted(slices.Values(values))
	return spread{quantile(s, 0.25), quantile(s, 0.5), quantile(s, 0.75)}
}

// quantile of sorted values, between two of them where it falls there.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// ratios divides round by round: what disturbs the machine for longer than a
// round disturbs both, and cancels out.
func ratios(values, base []float64) []float64 {
	var r []float64
	for i, v := range values {
		r = append(r, v/base[i])
	}
	return r
}

// index finds a contender by its name; -1: it is not there.
func (r result) index(name string) int {
	return slices.IndexFunc(r.contenders, func(c contender) bool { return c.name == name })
}

// ratio compares two contenders in one figure.
func (r result) ratio(figure, who, against int) spread {
	return spreadOf(ratios(r.values[figure][who], r.values[figure][against]))
}
