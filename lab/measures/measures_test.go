package measures

import (
	"bytes"
	"encoding/csv"
	"reflect"
	"testing"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

func TestEachNumberHasItsRow(t *testing.T) {
	w := &world.World{
		Measures: []world.Measure{{Text: "late", Value: 1500, Unit: trace.Nanoseconds}},
		Tables:   []string{"engines"},
		Cells: []world.Cell{
			{Text: "engine", Unit: trace.NoUnit},
			{Column: 1, Text: "CPU", Unit: trace.NoUnit},
			{Row: 1, Text: "poll, twice", Unit: trace.NoUnit},
			{Row: 1, Column: 1, Text: "3 ms", Value: 3e6, Unit: trace.Nanoseconds},
			{Row: 2, Text: "=1+1", Unit: trace.NoUnit},
			{Row: 2, Column: 1, Text: "-", Unit: trace.NoUnit},
		},
		Checks:  []world.Check{{Text: "it holds", Outcome: trace.Passed}},
		Answer:  "c",
		Verdict: world.Verdict{Given: true, Ruling: trace.HalfTrue, Text: "so it is"},
	}
	var out bytes.Buffer
	if err := Write(&out, "01-x", w); err != nil {
		t.Fatal(err)
	}
	got, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"program", "kind", "table", "row", "column", "value", "unit"},
		{"01-x", "measure", "", "late", "", "1500", "ns"},
		{"01-x", "table", "engines", "poll, twice", "CPU", "3000000", "ns"},
		{"01-x", "table", "engines", "'=1+1", "CPU", "'-", ""}, // no formula for a spreadsheet
		{"01-x", "check", "", "it holds", "", "passed", ""},
		{"01-x", "answer", "", "", "", "c", ""},
		{"01-x", "verdict", "", "so it is", "", "half true", ""},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
