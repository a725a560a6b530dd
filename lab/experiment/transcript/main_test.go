package main

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"fdlab/lab/experiment/alone"
	"fdlab/lab/launch"
	"fdlab/lab/skip"
)

// TestTranscriptsAreOfRealRuns runs every lesson and compares it with its
// README: the same lines, whatever the figures.
func TestTranscriptsAreOfRealRuns(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the transcripts are from Linux: other systems have other backends")
	}
	root, err := launch.FindRoot("")
	if err != nil {
		t.Fatal(err)
	}
	dirs, err := alone.Lessons(root, nil)
	if err != nil || len(dirs) == 0 {
		t.Fatalf("%d lessons, %v", len(dirs), err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(filepath.Join(dir, "README.md"))
			if err != nil {
				t.Fatal(err)
			}
			found := block.FindSubmatch(text)
			if found == nil {
				t.Fatal("the README has no transcript")
			}
			out, err := run(root, dir)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(out), "(not measured here") {
				skip.Missing(t, "the README's run asked libevent, and this machine cannot: install libevent-dev")
			}
			want, got := shape(string(found[1])), shape(string(out))
			if !agree(want, got) {
				t.Errorf("the README has\n  %s\na real run has\n  %s\nrefresh it: go run ./lab/experiment/transcript %.2s",
					strings.Join(want, "\n  "), strings.Join(got, "\n  "), filepath.Base(dir))
			}
		})
	}
}

// agree reports whether a run is the one that the README has. What a busy machine has
// left unjudged in it may have passed there.
func agree(readme, run []string) bool {
	if !slices.ContainsFunc(run, isUnjudged) {
		return slices.Equal(readme, run)
	}
	isCheck := func(line string) bool { return strings.HasPrefix(line, "passed:") || isUnjudged(line) }
	for _, line := range run {
		if strings.HasPrefix(line, "passed:") && !slices.Contains(readme, line) {
			return false
		}
	}
	return slices.Equal(slices.DeleteFunc(slices.Clone(readme), isCheck), slices.DeleteFunc(slices.Clone(run), isCheck))
}

func isUnjudged(line string) bool {
	return strings.HasPrefix(line, "not judged") || strings.HasPrefix(line, "This run was disturbed")
}

func TestAgreeTakesNothingButWhatWasNotJudged(t *testing.T) {
	readme := []string{"passed: a", "passed: b", "step # of #: one", "verdict: true."}
	for run, want := range map[string]bool{
		"passed: a|passed: b|step # of #: one|verdict: true.":                                      true,
		"not judged (busy): b|passed: a|step # of #: one|This run was disturbed: #|verdict: true.": true,
		"passed: a|step # of #: one|verdict: true.":                                                false,
		"not judged (busy): b|passed: c|step # of #: one|verdict: true.":                           false,
		"failed: a|not judged (busy): b|step # of #: one|verdict: true.":                           false,
		"not judged (busy): b|passed: a|step # of #: one|verdict: false.":                          false,
	} {
		if got := agree(readme, strings.Split(run, "|")); got != want {
			t.Errorf("%q: %v, want %v", run, got, want)
		}
	}
}

// TestMainGoFitsAProjector: a lesson's program is read from top to bottom, in
// a class too.
func TestMainGoFitsAProjector(t *testing.T) {
	root, err := launch.FindRoot("")
	if err != nil {
		t.Fatal(err)
	}
	dirs, err := alone.Lessons(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		text, err := os.ReadFile(filepath.Join(dir, "main.go"))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		if len(lines) > 130 {
			t.Errorf("%s: main.go has %d lines, at most 130 are for reading", filepath.Base(dir), len(lines))
		}
		for i, line := range lines {
			if n := len([]rune(strings.ReplaceAll(line, "\t", "    "))); n > 88 {
				t.Errorf("%s: main.go:%d has %d columns, a projector has room for 88", filepath.Base(dir), i+1, n)
			}
		}
	}
}

var figure = regexp.MustCompile(`-?\b\d+(,\d{3})*(\.\d+)?( (µs|ms|s)\b)?`)

// shape is what two runs of a lesson have in common: its lines without
// figures. They are sorted, since threads take turns as they like, and a line
// that was broken because it was long is whole again.
func shape(text string) []string {
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		if strings.Contains(line, "cannot be used") {
			continue // X.Listen: another program has the lesson's port just now
		}
		words := strings.Join(strings.Fields(figure.ReplaceAllString(line, "#")), " ")
		indent := len(line) - len(strings.TrimLeft(line, " "))
		before := ""
		if len(lines) > 0 {
			before = lines[len(lines)-1]
		}
		if before != "" && (indent == 4 || indent == 2 && strings.HasPrefix(before, "verdict:")) {
			lines[len(lines)-1] += " " + words
			continue
		}
		lines = append(lines, words)
	}
	slices.Sort(lines)
	return lines
}

func TestShapeSeesWordsAndNotFigures(t *testing.T) {
	same := []string{
		"  0.200 s  b says \"b1\"\n  1.203 s      blocking reads b: \"b1\", 1.00 s after\n\nchecks\n  passed: it took 9 ms of 10\n",
		"  1.203 s      blocking reads b: \"b1\", 99 µs after\n  0.201 s  b says \"b1\"\n\nchecks\n  passed: it took\n    10 ms of 12\n",
	}
	if a, b := shape(same[0]), shape(same[1]); !slices.Equal(a, b) {
		t.Errorf("%q\n%q", a, b)
	}
	for _, other := range []string{
		strings.Replace(same[0], "passed", "failed", 1),
		strings.Replace(same[0], "b says", "a says", 1),
		strings.Replace(same[0], `"b1", 1.00`, `"b2", 1.00`, 1),
	} {
		if slices.Equal(shape(same[0]), shape(other)) {
			t.Errorf("not seen: %q", other)
		}
	}
}
