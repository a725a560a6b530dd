package course

import (
	"bytes"
	"encoding/csv"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestEachRunIsKept, with what was predicted for it, in the order of time; and of a run that
// an earlier fdlab has counted, what it knew.
func TestEachRunIsKept(t *testing.T) {
	p := ProgressOf(t.TempDir())
	at := func(minute int) time.Time { return time.Date(2026, 11, 30, 9, minute, 0, 0, time.UTC) }
	save := func(slug string, r Result) {
		t.Helper()
		if err := p.Save(slug, r); err != nil {
			t.Fatal(err)
		}
	}
	save("02-ev-persist", Result{Question: "q", Prediction: "a", Answer: "c", Verdict: "half true", At: at(1)})
	save("01-select-vs-blocking-io", Result{Verdict: "half true", At: at(2)})
	save("02-ev-persist", Result{Question: "q", Prediction: "c", Answer: "c", Verdict: "half true", At: at(3)})
	if err := p.Predict("03-one-base-per-thread", Result{Question: "=r", Prediction: "b"}); err != nil {
		t.Fatal(err)
	}
	if err := p.change(func(f *progressFile) {
		f.Lessons["04-deferred-notify"] = Result{Prediction: "d", Answer: "d", Verdict: "false", At: at(0), Runs: 5}
	}); err != nil {
		t.Fatal(err)
	}
	tries, err := p.Tries()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := WriteTries(&out, Read(filepath.Join("..", "..")), tries); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"lesson", "title", "run", "question", "predicted", "answer", "right", "verdict", "time"},
		{"04-deferred-notify", "deferred notify", "5", "", "d", "d", "yes", "false", "2026-11-30T09:00:00Z"},
		{"02-ev-persist", "EV_PERSIST", "1", "q", "a", "c", "no", "half true", "2026-11-30T09:01:00Z"},
		{"01-select-vs-blocking-io", "select vs blocking I/O", "1", "", "", "", "", "half true", "2026-11-30T09:02:00Z"},
		{"02-ev-persist", "EV_PERSIST", "2", "q", "c", "c", "yes", "half true", "2026-11-30T09:03:00Z"},
		{"03-one-base-per-thread", "one base per thread", "", "'=r", "b", "", "", "", ""},
	}
	if !slices.EqualFunc(rows, want, slices.Equal) {
		t.Errorf("got  %q\nwant %q", rows, want)
	}
}

// TestTheRunsThatAreKeptAreBounded: the oldest go, and each keeps its number.
func TestTheRunsThatAreKeptAreBounded(t *testing.T) {
	p := ProgressOf(t.TempDir())
	if err := p.change(func(f *progressFile) {
		f.Tries = make([]Tried, mostTries)
		f.Lessons["x"] = Result{Runs: mostTries}
	}); err != nil {
		t.Fatal(err)
	}
	if err := p.Save("x", Result{Prediction: "a", At: time.Unix(1, 0)}); err != nil {
		t.Fatal(err)
	}
	tries, err := p.Tries()
	if err != nil || len(tries) != mostTries {
		t.Fatalf("%d runs, %v", len(tries), err)
	}
	if !slices.ContainsFunc(tries, func(r Tried) bool { return r.Prediction == "a" && r.Runs == mostTries+1 }) {
		t.Error("the latest run is not there")
	}
}

// TestAllQuestionsAreInTheTable, each with an answer.
func TestAllQuestionsAreInTheTable(t *testing.T) {
	c := Read(filepath.Join("..", ".."))
	var out bytes.Buffer
	if err := WriteQuestions(&out, c); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := 1
	for _, l := range c.Lessons {
		want += 1 + len(l.Recall)
	}
	if len(rows) != want {
		t.Errorf("%d rows, want %d", len(rows), want)
	}
	for _, row := range rows[1:] {
		if row[3] == "" || row[8] == "" || row[2] == "predict" && (row[4] == "" || row[9] == "") {
			t.Errorf("%q is not complete", row)
		}
	}
}
