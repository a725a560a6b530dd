package sheet

import (
	"bytes"
	"encoding/csv"
	"slices"
	"testing"
)

// TestNoCellIsAFormula, and each comes back as it is otherwise: with commas, quotes, line ends.
func TestNoCellIsAFormula(t *testing.T) {
	for cell, want := range map[string]string{
		"": "", "plain": "plain", "a,b": "a,b", "say \"so\"\nand so": "say \"so\"\nand so",
		"=1+1": "'=1+1", "@SUM(A1)": "'@SUM(A1)", "+1-1": "'+1-1", "-x": "'-x", "\tx": "'\tx", "-12": "-12",
	} {
		var out bytes.Buffer
		w := New(&out)
		w.Row("first", cell)
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(rows) != 1 || !slices.Equal(rows[0], []string{"first", want}) {
			t.Errorf("%q is written as %q (%v), want %q", cell, rows, err, want)
		}
	}
}
