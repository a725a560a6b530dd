package course

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestProgressIsKept(t *testing.T) {
	root := t.TempDir()
	p := ProgressOf(root)
	if got, err := p.Load(); err != nil || len(got) != 0 || got == nil {
		t.Fatalf("before the first run: %v, %v", got, err)
	}
	at := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	for _, r := range []Result{
		{Prediction: "a", Answer: "b", Verdict: "false", At: at},
		{Prediction: "b", Answer: "b", Verdict: "half true", At: at},
	} {
		if err := p.Save("01-x", r); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ProgressOf(root).Load()
	want := Result{Prediction: "b", Answer: "b", Verdict: "half true", At: at, Runs: 2}
	if err != nil || got["01-x"] != want {
		t.Errorf("have %+v, %v; want %+v", got, err, want)
	}
	for _, c := range []struct {
		r             Result
		right, judged bool
	}{
		{want, true, true},
		{Result{Prediction: "a", Answer: "b"}, false, true},
		{Result{Answer: "b"}, false, false},
		{Result{Prediction: "b"}, false, false},
	} {
		right, judged := c.r.Right()
		if judged != c.judged || judged && right != c.right {
			t.Errorf("%+v: right %v, judged %v", c.r, right, judged)
		}
	}
	onlyTheseFiles(t, root, "progress.json", "progress.lock")
}

// TestAPredictionIsKeptWithoutARun: a student who leaves early has predicted all the same.
func TestAPredictionIsKeptWithoutARun(t *testing.T) {
	p := ProgressOf(t.TempDir())
	at := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	ran := Result{Question: "q", Prediction: "a", Answer: "c", Verdict: "false", At: at, Runs: 1}
	kept := func(want Result) {
		t.Helper()
		if got, err := p.Load(); err != nil || got["01-x"] != want {
			t.Errorf("have %+v, %v; want %+v", got["01-x"], err, want)
		}
	}
	predict := func(question, letter string) {
		t.Helper()
		if err := p.Predict("01-x", Result{Question: question, Prediction: letter}); err != nil {
			t.Fatal(err)
		}
	}
	predict("q", "a")
	kept(Result{Question: "q", Prediction: "a"})
	if err := p.Save("01-x", ran); err != nil {
		t.Fatal(err)
	}
	predict("q", "b")
	ran.Prediction = "b"
	kept(ran)
	predict("another", "d") // the old answer is to another question
	ran.Question, ran.Prediction, ran.Answer = "another", "d", ""
	kept(ran)
}

// TestALetterBelongsToItsQuestion: an option that has moved, or another
// question, is not what the student chose; the verdict is of the claim, and
// stays.
func TestALetterBelongsToItsQuestion(t *testing.T) {
	question := func(readme string) Question { return Read(clone(t, readme)).Lessons[0].Question }
	q := question(sound)
	if same := question(sound); same.ID != q.ID || q.ID == "" {
		t.Fatalf("one question has the IDs %q and %q", q.ID, same.ID)
	}
	lines := strings.Split(sound, "\n")
	at := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, "- **a.**") })
	a, b := lines[at][len("- **a.**"):], lines[at+1][len("- **b.**"):]
	lines[at], lines[at+1] = "- **a.**"+b, "- **b.**"+a
	swapped := question(strings.Join(lines, "\n"))
	reworded := question(strings.Replace(sound, a, a+" and more", 1))

	root := t.TempDir()
	kept := Result{Question: q.ID, Prediction: "b", Answer: "c", Verdict: "half true"}
	if err := ProgressOf(root).Save("01-x", kept); err != nil {
		t.Fatal(err)
	}
	results, err := ProgressOf(root).Load()
	if err != nil {
		t.Fatal(err)
	}
	r := results["01-x"]
	if got := r.On(q); got != r || got.Prediction != "b" {
		t.Errorf("on its own question: %+v", got)
	}
	for name, other := range map[string]Question{"swapped": swapped, "reworded": reworded} {
		got := r.On(other)
		if got.Prediction != "" || got.Answer != "" || got.Verdict != "half true" || got.Runs != 1 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	// Before there were IDs a letter was kept alone.
	old := Result{Prediction: "b", Answer: "b", Verdict: "false", Runs: 3}
	if got := old.On(q); got.Prediction != "" || got.Answer != "" || got.Verdict != "false" || got.Runs != 3 {
		t.Errorf("without an ID: %+v", got)
	}
}

func onlyTheseFiles(t *testing.T, root string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(root, ".fdlab"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if fmt.Sprint(names) != fmt.Sprint(want) {
		t.Errorf("in .fdlab: %v, want %v", names, want)
	}
}

// saver tells the test binary to save some results and exit.
const saver = "COURSE_TEST_SAVER"

func TestMain(m *testing.M) {
	if root := os.Getenv(saver); root != "" {
		for range 10 {
			if err := ProgressOf(root).Save("shared", Result{}); err != nil {
				fmt.Println(err)
				os.Exit(1)
			}
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestTwoInstruments: two processes and several goroutines count runs of the
// same lesson. None is lost.
func TestTwoInstruments(t *testing.T) {
	root := t.TempDir()
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), saver+"="+root)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
		all.Go(func() {
			for range 10 {
				if err := ProgressOf(root).Save("shared", Result{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	got, err := ProgressOf(root).Load()
	if err != nil || got["shared"].Runs != 40 {
		t.Errorf("40 runs were saved, %d are kept; %v", got["shared"].Runs, err)
	}
}

func TestBrokenProgressIsKeptAside(t *testing.T) {
	root := t.TempDir()
	p := ProgressOf(root)
	if err := os.Mkdir(filepath.Join(root, ".fdlab"), 0o755); err != nil {
		t.Fatal(err)
	}
	for i, text := range []string{`{"version": 1, "lessons": {"01-x`, "", "null", `{"version": 1, "lessons": 7}`} {
		put(t, p.file(), text)
		got, err := p.Load()
		if err == nil || !strings.Contains(err.Error(), "progress.json") || len(got) != 0 || got == nil {
			t.Errorf("%q: %v, %v", text, got, err)
		}
		if now, _ := os.ReadFile(p.file()); string(now) != text {
			t.Errorf("%q: Load changed the file to %q", text, now)
		}
		aside := p.broken()
		if i > 0 {
			aside = fmt.Sprintf("%s.%d", aside, i+1)
		}
		err = p.Save("01-x", Result{Answer: "c"})
		if err == nil || !strings.Contains(err.Error(), aside) {
			t.Errorf("%q: Save does not say where the file is: %v", text, err)
		}
		if old, err := os.ReadFile(aside); err != nil || string(old) != text {
			t.Errorf("%q: kept aside is %q, %v", text, old, err)
		}
		if got, err := p.Load(); err != nil || got["01-x"].Answer != "c" {
			t.Errorf("%q: after Save: %v, %v", text, got, err)
		}
	}
}

// TestProgressThatMustNotBeTouched: what cannot be read, or is newer, stays.
func TestProgressThatMustNotBeTouched(t *testing.T) {
	root := t.TempDir()
	p := ProgressOf(root)
	if err := os.MkdirAll(p.file(), 0o755); err != nil { // a folder in its place
		t.Fatal(err)
	}
	for _, want := range []string{"not a regular file", "a newer fdlab wrote it"} {
		if _, err := p.Load(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Load: %v, want %s", err, want)
		}
		if err := p.Save("01-x", Result{}); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "not kept") {
			t.Errorf("Save: %v, want %s", err, want)
		}
		os.Remove(p.file())
		put(t, p.file(), `{"version": 99, "lessons": {}}`)
	}
	onlyTheseFiles(t, root, "progress.json", "progress.lock")
}

func TestProgressHasNoFolder(t *testing.T) {
	root := t.TempDir()
	put(t, filepath.Join(root, ".fdlab"), "a file in the folder's place")
	if err := ProgressOf(root).Save("01-x", Result{}); err == nil || !strings.Contains(err.Error(), "not kept in "+root) {
		t.Errorf("error: %v", err)
	}
}

func TestLockThatIsHeldForLong(t *testing.T) {
	root := t.TempDir()
	p := ProgressOf(root)
	if err := p.Save("01-x", Result{}); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(root, ".fdlab/progress.lock")
	unlock, err := lock(name, patience)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock(name, 20*time.Millisecond); err == nil || !strings.Contains(err.Error(), "another instrument has held") {
		t.Errorf("error: %v", err)
	}
	unlock()
	if err := p.Save("01-x", Result{}); err != nil {
		t.Errorf("after unlock: %v", err)
	}
}

// TestTheReadersPaceIsKept beside the results.
func TestTheReadersPaceIsKept(t *testing.T) {
	p := ProgressOf(t.TempDir())
	if p.Guided() != nil {
		t.Error("it is chosen before anybody has chosen")
	}
	if err := p.Save("01-x", Result{Answer: "b"}); err != nil {
		t.Fatal(err)
	}
	for _, on := range []bool{false, true} {
		if err := p.SaveGuided(on); err != nil {
			t.Fatal(err)
		}
		if got := p.Guided(); got == nil || *got != on {
			t.Errorf("kept is %v, want %v", got, on)
		}
	}
	if err := p.Save("01-x", Result{Answer: "c"}); err != nil {
		t.Fatal(err)
	}
	if results, err := p.Load(); err != nil || results["01-x"].Answer != "c" || !*p.Guided() {
		t.Errorf("results %v, error %v", results, err)
	}
}
