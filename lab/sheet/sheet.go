// Package sheet writes a table for other programs: CSV (RFC 4180), of which no
// spreadsheet takes a cell for a formula.
package sheet

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// Writer writes rows. Its errors are kept until Flush.
type Writer struct{ csv *csv.Writer }

// New returns a Writer to out.
func New(out io.Writer) Writer { return Writer{csv.NewWriter(out)} }

// Row writes a row.
func (w Writer) Row(cells ...string) {
	row := make([]string, len(cells))
	for i, c := range cells {
		row[i] = plain(c)
	}
	w.csv.Write(row)
}

// Flush writes what is left, and returns out's error.
func (w Writer) Flush() error {
	w.csv.Flush()
	return w.csv.Error()
}

// plain keeps a text from being a formula: a spreadsheet would compute what begins with
// one of these signs. A negative number is none.
func plain(s string) string {
	if s == "" || !strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return s
	}
	if _, err := strconv.ParseInt(s, 10, 64); err == nil {
		return s
	}
	return "'" + s
}
