package engine

import (
	"slices"

	"fdlab/lab/experiment"
)

// Table shows the runs side by side. A
// message's column is its latency: from when it was said (message.said) to right after the read(2)
// that brought it.
func (b *Bench) Table(runs ...*Run) {
	columns := []string{"engine", "threads", "system calls", "CPU"}
	for _, m := range runs[0].scripted() {
		columns = append(columns, m.text)
	}
	t := experiment.NewTable("the same arrivals: from said to read", columns...)
	for _, r := range runs {
		cells := []experiment.Cell{experiment.Counted(int64(len(r.all()))),
			experiment.Counted(r.SystemCalls()), experiment.Lasted(r.CPU())}
		for _, m := range r.scripted() {
			latency := experiment.Word("never")
			if !m.read.IsZero() {
				latency = experiment.Lasted(m.latency())
			}
			cells = append(cells, latency)
		}
		t.Row(r.Engine, cells...)
	}
	b.x.Table(t)
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
