package experiment

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Table prints the trials side by side, and records each figure as a Measure.
// A message's column is its latency: from right before the write(2) that said
// it to right after the read(2) that brought it.
func (x *X) Table(trials ...*Trial) {
	rows := [][]string{{"engine", "threads", "system calls", "CPU"}}
	for _, m := range trials[0].scripted() {
		rows[0] = append(rows[0], m.text)
	}
	for _, t := range trials {
		x.Measure(t.Engine+": threads", int64(len(t.all())), Count)
		x.Measure(t.Engine+": system calls", t.SystemCalls(), Count)
		x.Measure(t.Engine+": CPU", int64(t.CPU()), Nanoseconds)
		row := []string{t.Engine, fmt.Sprint(len(t.all())), fmt.Sprint(t.SystemCalls()), Brief(t.CPU())}
		for _, m := range t.scripted() {
			if m.read.IsZero() {
				row = append(row, "never")
				continue
			}
			row = append(row, Brief(m.latency()))
			x.Measure(t.Engine+": latency of "+m.text, int64(m.latency()), Nanoseconds)
		}
		rows = append(rows, row)
	}
	x.account.line("\n%s", grid(rows))
}

// scripted returns the messages of the script, in the order of time.
func (t *Trial) scripted() (all []message) {
	for _, s := range t.Sources {
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

// SystemCalls returns how many system calls the engine made: its reads and
// what it told Calls.
func (t *Trial) SystemCalls() int64 {
	n := int64(t.other.Load())
	for _, s := range t.Sources {
		n += s.reads.Load()
	}
	return n
}

// CPU returns the processor time of all threads of the engine.
func (t *Trial) CPU() time.Duration {
	var cpu time.Duration
	for _, thread := range t.all() {
		cpu += thread.CPU()
	}
	return cpu
}

// grid lays cells out in columns: words to the left, figures to the right.
func grid(rows [][]string) string {
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], len([]rune(cell)))
		}
	}
	var b strings.Builder
	for n, row := range rows {
		if n > 0 {
			b.WriteByte('\n')
		}
		for i, cell := range row {
			pad := strings.Repeat(" ", width[i]-len([]rune(cell)))
			if i == 0 {
				b.WriteString("  " + cell + pad)
			} else {
				b.WriteString("  " + pad + cell)
			}
		}
	}
	return b.String()
}

// Brief writes a duration with three figures at most: "85 µs", "1.20 s".
func Brief(d time.Duration) string {
	switch {
	case d < 0:
		return "-" + Brief(-d)
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 9995*time.Microsecond:
		return fmt.Sprintf("%.2f ms", float64(d)/1e6)
	case d < 999500*time.Microsecond:
		return fmt.Sprintf("%.0f ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}
