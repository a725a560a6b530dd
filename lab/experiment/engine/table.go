package engine

import (
	"fmt"
	"slices"

	"fdlab/lab/experiment"
)

// Table prints the runs side by side, and records each figure as a Measure. A
// message's column is its latency: from right before the write(2) that said it
// to right after the read(2) that brought it.
func (b *Bench) Table(runs ...*Run) {
	rows := [][]string{{"engine", "threads", "system calls", "CPU"}}
	for _, m := range runs[0].scripted() {
		rows[0] = append(rows[0], m.text)
	}
	for _, r := range runs {
		threads := len(r.all())
		b.x.Measure(r.Engine+": threads", int64(threads), experiment.Count)
		b.x.Measure(r.Engine+": system calls", r.SystemCalls(), experiment.Count)
		b.x.Measure(r.Engine+": CPU", int64(r.CPU()), experiment.Nanoseconds)
		row := []string{r.Engine, fmt.Sprint(threads), fmt.Sprint(r.SystemCalls()), experiment.Brief(r.CPU())}
		for _, m := range r.scripted() {
			if m.read.IsZero() {
				row = append(row, "never")
				continue
			}
			row = append(row, experiment.Brief(m.latency()))
			b.x.Measure(r.Engine+": latency of "+m.text, int64(m.latency()), experiment.Nanoseconds)
		}
		rows = append(rows, row)
	}
	b.x.Rows(rows)
}

// scripted returns the messages of the script, in the order of time.
func (r *Run) scripted() (all []message) {
	for _, s := range r.Sources {
		s.mu.Lock()
		for _, m := range s.messages {
			if !m.byHand {
				all = append(all, m)
			}
		}
		s.mu.Unlock()
	}
	slices.SortStableFunc(all, func(m, n message) int { return m.said.Compare(n.said) })
	return all
}
