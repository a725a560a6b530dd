package course

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// FuzzLesson: a README is the author's, and in the middle of an edit it may be
// anything. What was read lies inside the file.
func FuzzLesson(f *testing.F) {
	real, _ := filepath.Glob("../../lessons/0*/README.md")
	if len(real) == 0 {
		f.Fatal("no lesson to begin with")
	}
	for _, name := range real {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
		f.Add(text[:len(text)/2])
	}
	for _, text := range []string{"", "# 1", "## Predict\n\n- a\n- **a)** b\n", "<!-- claim -->\n##\n\n> ", "## Recall\n\n1. \n", "```\n", "<!--", "\xff\xfe# a\x00"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		root := t.TempDir()
		dir := filepath.Join(root, "lessons", "01-x")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "README.md"), text, 0o644); err != nil {
			t.Fatal(err)
		}
		l := ReadLesson(root, "lessons/01-x")
		lines := 1
		for _, c := range text {
			if c == '\n' {
				lines++
			}
		}
		for _, p := range l.Problems {
			if p.Line < 0 || p.Line > lines || p.Text == "" {
				t.Errorf("%+v, in a file of %d lines", p, lines)
			}
		}
		if len(l.Problems) == 0 {
			if l.Claim == "" || len(l.Question.Options) == 0 || len(l.Sections) == 0 {
				t.Errorf("nothing is wrong with a lesson without a claim, a question or sections: %+v", l)
			}
		}
	})
}

// FuzzProgress: a progress file may be anything. It is read or refused; and what is
// saved next is there, unless the file could not be replaced.
func FuzzProgress(f *testing.F) {
	for _, text := range []string{
		`{"version":1,"lessons":{"01-x":{"prediction":"b","at":"2026-01-02T03:04:05Z","runs":3}},"guided":true}`,
		`{"version":1,"lessons":null,"exercises":null}`, `{"version":2}`, `{"version":0}`, `{}`, `[]`, `null`, ``, `{"version":1,"lessons":{"":{"runs":-9223372036854775808}}}`,
		`{"version":1,"lessons":{"01-x":{"at":"9999-99-99"}}}`, "\x00", `{"version":1e400}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		root := t.TempDir()
		p := ProgressOf(root)
		if err := os.Mkdir(filepath.Join(root, ".fdlab"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p.file(), text, 0o644); err != nil {
			t.Fatal(err)
		}
		before, err := p.Load()
		if before == nil {
			t.Fatal("no map")
		}
		newer := err != nil && p.Save("02-y", Result{}) != nil && !exists(p.broken())
		if newer { // that of a newer fdlab: it is not touched
			if now, _ := os.ReadFile(p.file()); string(now) != string(text) {
				t.Errorf("a file that was not understood was changed: %q, %v", now, err)
			}
			return
		}
		want := Result{Prediction: "c", Answer: "c", Verdict: "true", At: time.Unix(1e9, 0).UTC()}
		p.Save("01-x", want)
		after, err := p.Load()
		got := after["01-x"]
		if want.Runs = before["01-x"].Runs + 1; err != nil || got != want {
			t.Errorf("saved %+v, read %+v, %v", want, got, err)
		}
		for slug := range before {
			if _, ok := after[slug]; !ok {
				t.Errorf("the result of %q is gone", slug)
			}
		}
	})
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
