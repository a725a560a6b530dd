// Package measures writes what a run measured as a table for other programs: CSV, one row
// for each number or word. It knows no drawing and no process.
package measures

import (
	"io"
	"strconv"

	"fdlab/lab/sheet"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// units are how the CSV names them.
var units = map[trace.Unit]string{
	trace.Count: "count", trace.Nanoseconds: "ns", trace.ByteCount: "bytes", trace.PerSecond: "per second", trace.NoUnit: "",
}

// Write writes the measures, tables, checks and the verdict of the run as it is in w to
// out, and returns out's error. A table has a line for each of its cells.
func Write(out io.Writer, program string, w *world.World) error {
	c := sheet.New(out)
	row := func(kind, table, line, column, value, unit string) {
		c.Row(program, kind, table, line, column, value, unit)
	}
	c.Row("program", "kind", "table", "row", "column", "value", "unit")
	for _, m := range w.Measures {
		row("measure", "", m.Text, "", number(m.Value), units[m.Unit])
	}
	names := map[[3]int]string{} // of the rows and columns, by their table
	for _, cell := range w.Cells {
		if cell.Row == 0 || cell.Column == 0 {
			names[[3]int{cell.Table, cell.Row, cell.Column}] = cell.Text
		}
	}
	for _, cell := range w.Cells {
		if cell.Row == 0 || cell.Column == 0 || cell.Table < 0 {
			continue
		}
		value := number(cell.Value)
		if cell.Unit == trace.NoUnit {
			value = cell.Text
		}
		row("table", w.Tables[cell.Table], names[[3]int{cell.Table, cell.Row, 0}], names[[3]int{cell.Table, 0, cell.Column}], value, units[cell.Unit])
	}
	for i := range w.Checks {
		row("check", "", w.Checks[i].Text, "", w.Checks[i].Outcome.String(), "")
	}
	if w.Answer != "" {
		row("answer", "", "", "", w.Answer, "")
	}
	if w.Verdict.Given {
		row("verdict", "", w.Verdict.Text, "", w.Verdict.Ruling.String(), "")
	}
	return c.Flush()
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
