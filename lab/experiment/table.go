package experiment

import (
	"strings"
	"time"

	"fdlab/lab/trace"
)

// Table is what a lesson measured, side by side. The lesson states it once: X.Table
// prints it in the account and puts it into the trace, for the instrument.
type Table struct {
	title string
	rows  [][]Cell // the first has the columns' names, and each begins with its own
}

// Cell is one cell of a Table. The words are the same wherever it is shown.
type Cell struct {
	text  string
	value int64
	unit  trace.Unit
}

// NewTable returns a table without rows. title says what is compared; columns are
// the headings, the first one that of the rows' names.
func NewTable(title string, columns ...string) *Table {
	t := &Table{title: title}
	t.add(columns)
	return t
}

// Row adds a row: a cell for each column but the first, which has the name.
func (t *Table) Row(name string, cells ...Cell) {
	t.add([]string{name}, cells...)
}

func (t *Table) add(words []string, cells ...Cell) {
	var row []Cell
	for _, word := range words {
		row = append(row, Word(word))
	}
	t.rows = append(t.rows, append(row, cells...))
}

// Word is a cell that is no number: "never", "EADDRINUSE".
func Word(text string) Cell { return Cell{text, 0, trace.NoUnit} }

// Counted is a cell with a count.
func Counted(n int64) Cell { return Cell{Thousands(n), n, trace.Count} }

// Sized is a cell with a number of bytes.
func Sized(n int64) Cell { return Cell{Number(n, "byte"), n, trace.ByteCount} }

// Lasted is a cell with a duration.
func Lasted(d time.Duration) Cell { return Cell{Brief(d), int64(d), trace.Nanoseconds} }

// Often is a cell with how often a second something happened.
func Often(n int64) Cell { return Cell{Thousands(n), n, trace.PerSecond} }

// Table shows a table that is complete. One whose title was shown before takes its place.
func (x *X) Table(t *Table) {
	x.put(trace.Table, t.title, 0, 0)
	for r, row := range t.rows {
		for c, cell := range row {
			x.rec.Put(&trace.Record{Kind: trace.Cell, FD: trace.NoFD, Str: x.rec.String(cell.text),
				A: int64(r), B: int64(c), C: cell.value, D: int64(cell.unit)})
		}
	}
	x.account.line("\n%s", t)
}

// String lays the table out in columns: the first to the left, the others to the
// right.
func (t *Table) String() string {
	width := make([]int, len(t.rows[0]))
	for _, row := range t.rows {
		for i, cell := range row {
			width[i] = max(width[i], len([]rune(cell.text)))
		}
	}
	var b strings.Builder
	for n, row := range t.rows {
		if n > 0 {
			b.WriteByte('\n')
		}
		for i, cell := range row {
			pad := strings.Repeat(" ", width[i]-len([]rune(cell.text)))
			if i == 0 {
				b.WriteString("  " + cell.text + pad)
			} else {
				b.WriteString("  " + pad + cell.text)
			}
		}
	}
	return b.String()
}
