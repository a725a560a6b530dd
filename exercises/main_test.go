package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/fsnotify/fsnotify"
	"golang.org/x/sys/unix"

	"fdlab/lab/course"
	"fdlab/lab/grade"
	"fdlab/lab/grade/exams"
	"fdlab/lab/skip"
)

// clone makes a copy of the lab, without git, as a student may have unpacked
// it. The student's working copies are not taken along: the starters are.
func clone(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for _, name := range []string{"lab", "exercises", "solutions", "lessons", "tui"} {
		if err := os.CopyFS(filepath.Join(root, name), os.DirFS(filepath.Join("..", name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		put(t, filepath.Join(root, name), get(t, filepath.Join("..", name)))
	}
	all, _ := course.ReadExercises(root)
	for _, e := range all {
		put(t, e.MainFile(root), get(t, filepath.Join(root, e.Starter(), "main.go")))
	}
	return root
}

func get(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func put(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// call runs one command in the clone.
func call(t *testing.T, root, in string, args ...string) (status int, out string) {
	t.Helper()
	var b bytes.Buffer
	status = run(context.Background(), append([]string{"-C", root}, args...), strings.NewReader(in), &b, &b)
	return status, b.String()
}

func want(t *testing.T, status, wanted int, out string, parts ...string) {
	t.Helper()
	if status != wanted {
		t.Errorf("status %d, not %d:\n%s", status, wanted, out)
	}
	for _, part := range parts {
		if !strings.Contains(out, part) {
			t.Errorf("%q is not in\n%s", part, out)
		}
	}
}

func TestAStudentsWay(t *testing.T) {
	root := clone(t)
	mine := filepath.Join(root, "exercises", "01-two-pipes", "main.go")
	status, out := call(t, root, "")
	want(t, status, fine, out, "exercises: 0 of ", "next: a warm-up")
	status, out = call(t, root, "", "verify")
	want(t, status, fine, out)

	// The warm-up: two things are wrong, and they are told one by one.
	warm := filepath.Join(root, "exercises", "00-warm-up", "main.go")
	status, out = call(t, root, "", "check")
	want(t, status, notPassed, out, "(never-added)", "section Explain", "this is still the starter")
	put(t, warm, get(t, filepath.Join(root, "exercises/00-warm-up/testdata/wrong-left-open/main.go")))
	status, out = call(t, root, "", "check")
	want(t, status, notPassed, out, "left-open", "hint 00")
	put(t, warm, get(t, filepath.Join(root, "solutions/00-warm-up/main.go")))
	status, out = call(t, root, "", "check")
	want(t, status, fine, out, "passed", "next:    01")

	status, out = call(t, root, "", "check")
	want(t, status, notPassed, out, "(blocked)", "section Explain", "this is still the starter")
	status, out = call(t, root, "", "hint", "1")
	want(t, status, fine, out, "hint 1 of 3", "?")
	status, out = call(t, root, "", "hint", "1")
	want(t, status, fine, out, "hint 2 of 3")
	status, out = call(t, root, "", "solution", "1")
	want(t, status, notPassed, out, "shown when you have passed")

	// A wrong turn, then the right one.
	put(t, mine, get(t, filepath.Join(root, "exercises/01-two-pipes/testdata/wrong-one-shot/main.go")))
	status, out = call(t, root, "", "check", "exercises/01-two-pipes/")
	want(t, status, notPassed, out, "(one-shot)", "hint 01")
	status, out = call(t, root, "")
	want(t, status, fine, out, "not passed: one-shot")
	put(t, mine, get(t, filepath.Join(root, "solutions/01-two-pipes/main.go"))+"\n// mine\n")
	status, out = call(t, root, "", "check")
	want(t, status, fine, out, "passed", "next:    02")
	status, out = call(t, root, "")
	want(t, status, fine, out, "exercises: 2 of ")
	status, out = call(t, root, "", "solution", "1")
	want(t, status, fine, out, "-// mine", "solutions/01-two-pipes/README.md")

	// What passed is not what is there now.
	put(t, mine, get(t, mine)+"// and more\n")
	status, out = call(t, root, "")
	want(t, status, fine, out, "exercises: 1 of 14 pass now", "passed, and changed since")
	put(t, mine, strings.TrimSuffix(get(t, mine), "// and more\n"))
	status, out = call(t, root, "")
	want(t, status, fine, out, "exercises: 2 of 14 pass\n")
	more := filepath.Join(root, "exercises/01-two-pipes/more.go")
	put(t, more, "package main\n")

	// Back to the starter: only when asked twice, and nothing is lost.
	status, out = call(t, root, "n\n", "reset", "1")
	want(t, status, notPassed, out, "Sure?", "nothing was changed")
	status, out = call(t, root, "", "reset", "1")
	want(t, status, notPassed, out, "-y")
	status, out = call(t, root, "y\n", "reset", "1")
	want(t, status, fine, out, ".fdlab/kept/01-two-pipes-", "left as they are: exercises/01-two-pipes/more.go.")
	os.Remove(more)
	kept, _ := filepath.Glob(filepath.Join(root, ".fdlab", "kept", "*"))
	if len(kept) != 1 || !strings.HasSuffix(get(t, kept[0]), "// mine\n") {
		t.Errorf("kept: %v", kept)
	}
	status, out = call(t, root, "", "reset", "1")
	want(t, status, fine, out, "starter already")
	status, out = call(t, root, "", "check", "1")
	want(t, status, notPassed, out, "(blocked)")
	status, out = call(t, root, "")
	want(t, status, fine, out, "solved before, now fails", "exercises: 1 of 14 pass now; passed at some time: 2")
	status, out = call(t, root, "", "list", "1")
	want(t, status, fine, out, "solved before, now fails", "checked   4 times", "hints     2 of 3 read", "explain blocked")

	// main.go deleted: reset brings it back.
	os.Remove(mine)
	status, out = call(t, root, "", "check", "1")
	want(t, status, notJudged, out, "because", "no main.go", "reset 01")
	status, out = call(t, root, "", "reset", "-y", "01")
	want(t, status, fine, out, "starter again")
}

func TestJSON(t *testing.T) {
	root := clone(t)
	put(t, filepath.Join(root, "exercises/02-fifo/main.go"), "package main\n\nfunc main() { x }\n")
	status, out := call(t, root, "", "check", "-json", "1", "2")
	want(t, status, notPassed, out)
	var results []report
	if err := json.Unmarshal([]byte(out), &results); err != nil || len(results) != 2 {
		t.Fatalf("%v: %s", err, out)
	}
	if results[0].Feedback.Misconception != "blocked" || results[1].Feedback.Misconception != "does-not-compile" {
		t.Errorf("%+v", results)
	}
	for i, r := range results {
		if r.Version != 1 || r.Exercise == "" || time.Since(r.Time) > time.Hour || r.Misconception != r.Feedback.Misconception ||
			r.Attempts != 1 || r.Points == nil || *r.Points != 0 || r.Of < 5 {
			t.Errorf("report %d: %+v", i, r)
		}
	}
	// What the machine is at fault for has no points, and counts for nothing.
	t.Setenv("TMPDIR", root+"/gone")
	status, out = call(t, root, "", "check", "-json", "1")
	want(t, status, notJudged, out, `"points": null`, `"attempts": 1`, `"outcome": "not judged"`)
	if err := os.Mkdir(root+"/gone", 0o700); err != nil {
		t.Fatal(err)
	}
	var rows []row
	_, out = call(t, root, "", "list", "-json")
	if err := json.Unmarshal([]byte(out), &rows); err != nil || len(rows) < 3 || rows[1].Told != "blocked" {
		t.Errorf("%v: %s", err, out)
	}
}

func TestMisuseIsNamed(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"chekc"}, `no command "chekc"`},
		{[]string{"check", "99"}, `no exercise "99": there are 00, 01`},
		{[]string{"hint"}, "which exercise?"},
		{[]string{"hint", "1", "4"}, `no hint "4"`},
		{[]string{"check", "-x"}, "-x"},
		{[]string{"-C", "/", "list"}, "no clone of fdlab"},
	} {
		status, out := call(t, "..", "", c.args...)
		want(t, status, misuse, out, c.says)
	}
}

// output is a writer that another goroutine may read.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

func TestWatchChecksAfterEachSaveAndGoesOn(t *testing.T) {
	t.Run("by file events", func(t *testing.T) {
		defer func(d time.Duration) { nowAndThen = d }(nowAndThen)
		nowAndThen = time.Hour // by nothing else
		watchAndSave(t, "watching exercises/ for a change; ")
	})
	t.Run("by polling", func(t *testing.T) {
		defer func() { newWatcher = fsnotify.NewWatcher }()
		newWatcher = func() (*fsnotify.Watcher, error) { return nil, unix.EMFILE }
		watchAndSave(t, "by polling: no file events, too many open files")
	})
}

func watchAndSave(t *testing.T, how string) {
	root := clone(t)
	put(t, filepath.Join(root, "exercises/00-warm-up/main.go"), get(t, filepath.Join(root, "solutions/00-warm-up/main.go")))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var out output
	ended := make(chan int)
	go func() { ended <- run(ctx, []string{"-C", root, "watch"}, nil, &out, io.Discard) }()
	await := func(part string) {
		t.Helper()
		for end := time.Now().Add(time.Minute); !strings.Contains(out.String(), part); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%q never came:\n%s", part, out.String())
			}
		}
	}
	folder := filepath.Join(root, "exercises/01-two-pipes")
	mine := filepath.Join(folder, "main.go")
	await("(blocked)")
	await(how)
	put(t, mine, "package main\n")
	await("(does-not-compile)")
	// As an editor saves: a new file, renamed.
	put(t, mine+"~", get(t, filepath.Join(folder, "testdata/wrong-one-shot/main.go")))
	os.Rename(mine+"~", mine)
	await("(one-shot)")
	// Another folder in the place of this one.
	if err := os.CopyFS(folder+"~", os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	put(t, folder+"~/main.go", get(t, filepath.Join(folder, "testdata/wrong-left-open/main.go")))
	if err := errors.Join(os.Rename(folder, filepath.Join(root, "old")), os.Rename(folder+"~", folder)); err != nil {
		t.Fatal(err)
	}
	await("left-open")
	put(t, mine, get(t, filepath.Join(root, "solutions/01-two-pipes/main.go")))
	await("01 a select loop that serves two pipes: passed")
	await("02 fix the post's FIFO program: failed")
	cancel()
	if status := <-ended; status != brokenOff {
		t.Errorf("status %d", status)
	}
}

// hook is an output that does something when it has put out a text.
type hook struct {
	output
	after string
	do    func()
}

func (h *hook) Write(p []byte) (int, error) {
	n, err := h.output.Write(p)
	if h.do != nil && strings.Contains(h.output.String(), h.after) {
		do := h.do
		h.do = nil
		do()
	}
	return n, err
}

// TestASaveDuringATrialIsTried, also when that passes: of the program that has passed,
// which is another now.
func TestASaveDuringATrialIsTried(t *testing.T) {
	root := clone(t)
	mine := filepath.Join(root, "exercises/00-warm-up/main.go")
	put(t, mine, get(t, filepath.Join(root, "solutions/00-warm-up/main.go")))
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	// The verdict is put out before watch looks at the files again.
	last := &hook{after: ": failed", do: cancel}
	out := &hook{after: ": passed", do: func() { put(t, mine, "package main\n") }}
	run(ctx, []string{"-C", root, "watch"}, nil, io.MultiWriter(out, last), io.Discard)
	if text := out.String(); !strings.Contains(text, "(does-not-compile)") || strings.Contains(text, "\n01 ") {
		t.Errorf("what was saved was not tried next:\n%s", text)
	}
}

func TestDiff(t *testing.T) {
	got := diff(split("a\nb\nc\nd\ne\nf\ng\nh\ni\n"), split("a\nb\nc\nd\ne\nX\ng\nh\ni\n"))
	wanted := "@@ 2 equal lines| c| d| e|-f|+X| g| h| i"
	if strings.Join(got, "|") != wanted {
		t.Errorf("%q", got)
	}
}

func TestALongLineIsFolded(t *testing.T) {
	for line, rows := range map[string]string{"": "", "abcd": "abcd", "abcdefg": "abcd|efg", "abcdefghijklmnop": "abcd|efgh"} {
		if got := strings.Join(folded(line, 4, 2), "|"); got != rows {
			t.Errorf("%q: %q, not %q", line, got, rows)
		}
	}
}

func TestLinesFitTheTerminal(t *testing.T) {
	master, terminal, err := pty.Open()
	if err != nil {
		skip.Missing(t, "no terminal to be had: %v", err)
	}
	defer master.Close()
	defer terminal.Close()
	for columns, wanted := range map[uint16]int{60: 60, 200: lineLength, 1: 40} {
		if err := pty.Setsize(master, &pty.Winsize{Rows: 24, Cols: columns}); err != nil {
			t.Fatal(err)
		}
		if got := (&tool{out: terminal}).width(); got != wanted {
			t.Errorf("%d columns: lines of %d, not %d", columns, got, wanted)
		}
	}
	if got := (&tool{out: io.Discard}).width(); got != lineLength {
		t.Errorf("no terminal: lines of %d", got)
	}
}

// TestNoLineOfTheListIsWiderThanATerminal, whatever the student was told.
func TestNoLineOfTheListIsWiderThanATerminal(t *testing.T) {
	all, _ := course.ReadExercises("..")
	for _, columns := range []int{80, 54, 40} {
		var b bytes.Buffer
		tool := &tool{root: "..", all: all, attempts: map[string]course.Attempt{}, out: &b, columns: columns}
		for _, e := range all {
			tool.attempts[e.Slug] = course.Attempt{Tries: 1, Told: "closed-while-watched-by-two"}
		}
		tool.list(nil)
		list, _, _ := strings.Cut(b.String(), "\nnext: ") // below it are commands to copy: they stay whole
		for line := range strings.Lines(list) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > columns {
				t.Errorf("%d columns of %d: %s", n, columns, line)
			}
		}
		if !strings.Contains(list, "…") || !strings.Contains(list, "  not passed") {
			t.Errorf("%d columns: nothing was cut, or too much:\n%s", columns, list)
		}
	}
}

// TestATextIsCut, also where there is no room for any of it.
func TestATextIsCut(t *testing.T) {
	for most, wanted := range map[int]string{-1: "", 0: "", 1: "…", 3: "ab…", 4: "ab c"} {
		if got := cut("ab c", most); got != wanted {
			t.Errorf("to %d: %q, not %q", most, got, wanted)
		}
	}
}

// TestHintsAreReadWithoutMarks: no sign of Markdown's is left in any hint.
func TestHintsAreReadWithoutMarks(t *testing.T) {
	all, _ := course.ReadExercises("..")
	tool := &tool{out: io.Discard}
	for _, e := range all {
		for i, h := range e.Hints {
			for _, mark := range []string{"```", "**", "](", "`"} {
				if text := strings.Join(tool.markdown(h.Text), "\n"); strings.Contains(text, mark) || text == "" {
					t.Errorf("hint %d of %s has %q:\n%s", i+1, e.Slug, mark, text)
				}
			}
		}
	}
}

// TestEachMisconceptionIsExplained: all that the fixtures are told, and the starters.
func TestEachMisconceptionIsExplained(t *testing.T) {
	told := regexp.MustCompile(`(?m)^// told: (\S+)$`)
	files, _ := filepath.Glob("*/testdata/wrong-*/main.go")
	ids := map[string]bool{}
	for _, name := range files {
		if m := told.FindStringSubmatch(get(t, name)); m != nil {
			ids[m[1]] = true
		}
	}
	for _, e := range exams.All {
		ids[e.Starter.ID] = true
	}
	if len(ids) < 30 {
		t.Errorf("only %d misconceptions are told", len(ids))
	}
	known := map[string]*grade.Misconception{}
	for _, m := range misconceptions("..") {
		if other := known[m.ID]; other != nil && (other.Lesson != m.Lesson || other.Section != m.Section) {
			t.Errorf("%s points to two sections: %+v and %+v", m.ID, other, m)
		}
		known[m.ID] = m
	}
	for id := range ids {
		if m := known[id]; m == nil || m.Belief == "" || m.Truth == "" {
			t.Errorf("%s is not explained: %+v", id, m)
		}
	}
	if one := known["one-shot"]; *one != *grade.OneShot {
		t.Errorf("one-shot was read as %+v", one)
	}
	status, out := call(t, "..", "", "explain", "one-shot")
	want(t, status, fine, out, "An event that was added stays added.", "lessons/02-ev-persist/README.md", "level-triggered")
	status, out = call(t, "..", "", "explain", "ring-spent")
	want(t, status, fine, out, "Once the bell has rung", "The answer and the ring belong together", "lessons/04-deferred-notify/README.md")
	status, out = call(t, "..", "", "explain", "one-shto")
	want(t, status, misuse, out, `no misconception "one-shto"`)
	status, out = call(t, "..", "", "explain")
	want(t, status, fine, out, "one-shot", "While I wait for one source")
}
