package course

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const soundExercise = `# 07 a name

## Lesson

[01 x](../../lessons/01-x/README.md): why.

## Task

Do it.

## What is given

Much.

## Checks

1. **first**: what it does.
2. **second**: more.

## Hints

<details><summary>Three.</summary>

1. **Question**: what
   now?
2. **Concept**: this.
3. **Near-code**: so:

   FENCEgo
   x := 1
   FENCE

</details>
`

// write makes an exercise of that text, and its lesson, in a new root.
func write(t *testing.T, text string) (root string) {
	t.Helper()
	root = t.TempDir()
	for name, content := range map[string]string{
		"exercises/07-name/README.md":                strings.ReplaceAll(text, "FENCE", "```"),
		"exercises/07-name/main.go":                  "package main // mine\n",
		"exercises/07-name/testdata/starter/main.go": "package main // starter\n",
		"lessons/01-x/README.md":                     "# 01 x\n",
	} {
		at := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestReadExercise(t *testing.T) {
	e := ReadExercise(write(t, soundExercise), "exercises/07-name")
	for _, p := range e.Problems {
		t.Error(p)
	}
	if e.Number != 7 || e.Title != "a name" || e.Lesson != "01-x" || len(e.Checks) != 2 || e.Checks[1] != (Step{"second", "more."}) {
		t.Errorf("%+v", e)
	}
	want := []Hint{{"Question", "what\nnow?"}, {"Concept", "this."}, {"Near-code", "so:\n\n```go\nx := 1\n```"}}
	for i, h := range e.Hints {
		if h != want[i] {
			t.Errorf("hint %d: %q, not %q", i+1, h, want[i])
		}
	}
}

func TestAnExerciseThatIsNotInShapeSaysWhere(t *testing.T) {
	for _, c := range []struct{ from, to, says string }{
		{"# 07 a name", "# 08 a name", `does not begin with the folder's number`},
		{"## Task\n", "## Tusk\n", "the sections are"},
		{"(../../lessons/01-x/README.md)", "(https://example.org)", "no lesson is linked"},
		{"lessons/01-x/", "lessons/02-y/", "leads nowhere"},
		{"**second**: more.", "second", "check 2 has no name"},
		{"3. **Near-code**", "3. **Code**", `hint 3 is a "Code"`},
		{"now?", "now.", "the first hint asks nothing"},
		{"Much.", "", `section "What is given" is empty`},
	} {
		e := ReadExercise(write(t, strings.Replace(soundExercise, c.from, c.to, 1)), "exercises/07-name")
		all := ""
		for _, p := range e.Problems {
			all += p.String() + "\n"
		}
		if !strings.Contains(all, c.says) || !strings.Contains(all, "exercises/07-name/README.md") {
			t.Errorf("%q for %q: %q is not in %q", c.to, c.from, c.says, all)
		}
	}
}

func TestResetKeepsWhatWasThere(t *testing.T) {
	root := write(t, soundExercise)
	e := ReadExercise(root, "exercises/07-name")
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var all []string
	for range 2 { // twice in one second: the first copy stays
		if err := os.WriteFile(e.MainFile(root), []byte("package main // mine\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		kept, err := e.Reset(root, now)
		if err != nil || !e.Untouched(root) {
			t.Fatal(kept, err)
		}
		all = append(all, kept)
	}
	for _, kept := range all {
		if content, err := os.ReadFile(kept); err != nil || string(content) != "package main // mine\n" {
			t.Errorf("%s: %q %v", kept, content, err)
		}
	}
	if all[0] == all[1] {
		t.Errorf("one copy replaced the other: %v", all)
	}
	if kept, err := e.Reset(root, now); kept != "" || err != nil {
		t.Errorf("a starter was kept: %q %v", kept, err)
	}
	// What cannot be kept is not replaced.
	os.WriteFile(e.MainFile(root), []byte("package main // again\n"), 0o644)
	os.RemoveAll(filepath.Join(root, ".fdlab", "kept"))
	os.WriteFile(filepath.Join(root, ".fdlab", "kept"), nil, 0o644)
	if _, err := e.Reset(root, now); err == nil || e.Untouched(root) {
		t.Errorf("it was reset without a copy: %v", err)
	}
}

// TestAttemptsAndLessonsShareTheFile: neither loses what the other has saved,
// whoever writes at the same time.
func TestAttemptsAndLessonsShareTheFile(t *testing.T) {
	p := ProgressOf(t.TempDir())
	var done sync.WaitGroup
	for range 10 {
		done.Add(2)
		go func() { defer done.Done(); p.Save("01-x", Result{Prediction: "b"}) }()
		go func() { defer done.Done(); p.SaveAttempt("07-name", "one", false, "blocked", time.Now()) }()
	}
	done.Wait()
	lessons, err := p.Load()
	attempts, err2 := p.LoadAttempts()
	if err != nil || err2 != nil || lessons["01-x"].Runs != 10 || attempts["07-name"].Tries != 10 {
		t.Errorf("%v %v %+v %+v", err, err2, lessons, attempts)
	}
	p.SaveAttempt("07-name", "one", true, "", time.Now())
	p.SaveAttempt("07-name", "one", false, "one-shot", time.Now())
	p.SaveHint("07-name", 2, time.Now())
	p.SaveHint("07-name", 1, time.Now())
	attempts, _ = p.LoadAttempts()
	if a := attempts["07-name"]; !a.Solved || a.Passes || a.Told != "one-shot" || a.Hints != 2 || a.Tries != 12 {
		t.Errorf("%+v", a)
	}
}

// TestAProgramIsItsGoFiles: what the go command builds, and no lock or backup of
// an editor's.
func TestAProgramIsItsGoFiles(t *testing.T) {
	root := t.TempDir()
	e := &Exercise{Slug: "07-name", Dir: "exercises/07-name"}
	dir := filepath.Dir(e.MainFile(root))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(name string) string {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte("package main // "+name), 0o644); err != nil {
			t.Fatal(err)
		}
		return e.Program(root)
	}
	one := write("main.go")
	for _, name := range []string{".#main.go", "#main.go#", "main.go~", ".main.go.swp", "_main.go", "main_test.go", "4913"} {
		if got := write(name); got != one {
			t.Errorf("%s makes another program of it", name)
		}
	}
	// An emacs lock is a link to nowhere.
	if err := os.Symlink("nobody@nowhere.1", filepath.Join(dir, ".#queue.go")); err != nil || e.Program(root) != one {
		t.Errorf("a lock makes another program of it: %v", err)
	}
	if two := write("queue.go"); two == one {
		t.Error("a further file makes no difference")
	} else if a := (Attempt{Tries: 1, Program: one}); !a.Stale(two) || a.Stale(one) || (Attempt{Tries: 1}).Stale(one) {
		t.Error("what was checked is not told from what is there now")
	}
}
