package course

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

const sound = `# 01 select vs blocking I/O

<!-- section: claim -->
## Claim

> select beats a ` + "`read`" + ` that blocks.

What was concluded.

Source: the post.

<!-- section: predict -->
## Predict

Which one is *first*?

- **a.** the first
- **b.** the second, see ` + "`read`" + `
- **c.** none

<!-- section: run -->
## Run

` + "```sh\ngo run ./lessons/01-x\n```" + `

1. **one blocking read**: it blocks
2. **select on both**: it does not

<!-- section: observe -->
## Observe

Look.

- **Who knows it?** <!-- moment: nobody-looks --> The ` + "`kernel`" + `.
- What is no moment.

<!-- section: explain -->
## Explain

` + "```\nkernel -> loop\n```" + `

<!-- section: verdict -->
## Verdict

**Half true.** Because.

` + "```text\nstep 1\nstep 2\n```" + `

<!-- section: recall -->
## Recall

1. What is ready?

   *Answer:* that a read
   would not block.

   And more.

2. Who waits?

   *Answer:* the thread.

<!-- section: production -->
## In C, in production

| C | Go |
|---|---|
| event_add | Add |

<!-- section: change -->
## Change it

1. one
2. two
3. three

<!-- section: exercise -->
## Exercise

See [main.go](main.go#L1), [the manual](https://man7.org/), [above](#claim).

<!-- section: instructors -->
## For instructors

20 minutes.
`

const program = `package main
// "one blocking read" "select on both"
func run() { x.Moment("nobody-looks", a, b) }
`

// clone makes a clone with one lesson.
func clone(t *testing.T, readme string) string {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, "lessons/01-x")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "README.md"), readme)
	put(t, filepath.Join(dir, "main.go"), program)
	return root
}

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestSoundLesson(t *testing.T) {
	for name, text := range map[string]string{
		"":               sound,
		"CR LF":          strings.ReplaceAll(sound, "\n", "\r\n"),
		"byte order":     "\ufeff" + sound,
		"no end of line": strings.TrimRight(sound, "\n"),
	} {
		c := Read(clone(t, text))
		if len(c.Problems) != 0 || len(c.Lessons) != 1 {
			t.Fatalf("%s: %+v", name, c)
		}
		l := c.Lesson("1")
		if l == nil || l != c.Lesson("01-x") || c.Lesson("02") != nil {
			t.Fatalf("%s: lesson not found by its number and slug", name)
		}
		for _, p := range Check(l) {
			t.Errorf("%s: %v", name, p)
		}
		if l.Title != "select vs blocking I/O" || l.Claim != "select beats a read that blocks." || l.Verdict != "half true" {
			t.Errorf("%s: title %q, claim %q, verdict %q", name, l.Title, l.Claim, l.Verdict)
		}
		if q := l.Question; q.Text != "Which one is first?" || len(q.Options) != 3 || q.Options[1] != (Option{"b", "the second, see read"}) {
			t.Errorf("%s: question %+v", name, q)
		}
		if len(l.Steps) != 2 || l.Steps[0] != (Step{"one blocking read", "it blocks"}) {
			t.Errorf("%s: steps %+v", name, l.Steps)
		}
		if len(l.Recall) != 2 || l.Recall[0] != (Recall{"What is ready?", "that a read would not block. And more."}) {
			t.Errorf("%s: recall %+v", name, l.Recall)
		}
		if got := strings.ReplaceAll(l.Transcript, "\r", ""); got != "step 1\nstep 2\n" {
			t.Errorf("%s: transcript %q", name, got)
		}
		s := l.Section(KeyObserve)
		if s == nil || len(s.Nodes) != 2 || !strings.HasPrefix(strings.TrimSpace(string(s.Text)), "Look.") || s.Line != 32 {
			t.Errorf("%s: section %+v", name, s)
		}
		if len(l.Moments) != 1 || l.Moments[0] != (Moment{"nobody-looks", "Who knows it?", "The kernel."}) || l.Moments[0] != l.Moment("nobody-looks") {
			t.Errorf("%s: moments %+v", name, l.Moments)
		}
		if s := l.Section(KeyInstructors); strings.TrimSpace(string(s.Text)) != "20 minutes." {
			t.Errorf("%s: the last section's text is %q", name, s.Text)
		}
	}
}

// TestFlaws breaks the sound lesson in one place at a time. Each flaw is named
// with its line, and the rest is read all the same.
func TestFlaws(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"# 01 select", "# 02 select", `README.md:1: the title "02 select vs blocking I/O" does not begin with the folder's number; write "# 01"`},
		{"# 01 select vs blocking I/O\n", "", `README.md:1: the title is missing; begin with "# 01 x"`},
		{"> select", "select", `README.md:4: the claim in one line is missing`},
		{"> select", "> " + strings.Repeat("long ", 30), "README.md:6: the claim has"},
		{"Source: ", "From ", `README.md:4: the claim's source is not named`},
		{"Which one is *first*?\n", "", "README.md:13: the question is missing"},
		{"- **b.**", "- **c.**", `README.md:18: option 2 is not like "- **b.** text"`},
		{"- **b.**", "- b)", `README.md:18: option 2 is not like`},
		{"- **c.** none\n", "", "README.md:17: there are 2 options; give 3 or 4"},
		{"go run ./lessons/01-x", "go run .", `README.md:22: the command is missing; begin with a fenced block that holds "go run ./lessons/01-x"`},
		{"2. **select on both**:", "2. select", "README.md:29: step 2 has no name"},
		{"**select on both**", "**select on one**", `README.md:22: step "select on one" is not in main.go`},
		{"<!-- section: observe -->\n## Observe\n\nLook.\n", "<!-- -->", `README.md:36: section "observe" is missing; it was expected here; add a heading, and above it the line <!-- section: observe -->`},
		{"Look.\n\n- **Who knows it?** <!-- moment: nobody-looks --> The `kernel`.\n- What is no moment.\n", "", `README.md:32: section "Observe" is empty`},
		{"moment: nobody-looks", "moment: nobody-sees", `README.md: no program marks the moment "nobody-sees"; mark it: x.Moment("nobody-sees")`},
		{"**Who knows it?**", "Who knows it?", `README.md:36: the question of the moment "nobody-looks" has 0 characters`},
		{"The `kernel`.", strings.Repeat("It is long. ", 20), `README.md:36: the answer of the moment "nobody-looks" has 239 characters`},
		{"- What is no moment.", "- **Who?** <!-- moment: nobody-looks --> The kernel.", `the moment "nobody-looks" has its words twice`},
		{"<!-- section: instructors -->\n## For instructors\n\n20 minutes.\n", "", `README.md: section "instructors" is missing; it was expected at the end`},
		{"<!-- section: observe -->\n", "", `README.md:31: "Observe" has no key; "observe" was expected`},
		{"section: observe", "section: watch", `README.md:32: "watch" is no key of a section; "observe" was expected`},
		{"section: exercise", "section: claim", `"claim" comes twice or too late; "exercise" was expected`},
		{"**Half true.**", "**Maybe.**", "the verdict is missing"},
		{"   *Answer:* the thread.", "", "question 2 has no answer"},
		{"3. three", "", "there are not three changes"},
		{"<!-- section: exercise -->", trying("- go", "- go", "- go"), `README.md:87: nothing says when it is done`},
		{"<!-- section: exercise -->", trying("- one", "- two"), "there are not three to five things to try"},
		{"<!-- section: exercise -->", trying("- a <!-- try: held -->", "- b <!-- try: held -->", "- c <!-- try: hold -->"), `the condition "hold" cannot be read: "hold" is no condition`},
		{"<!-- section: exercise -->", trying("- a <!-- try: held -->", "- b <!-- try: held -->", "- "+strings.Repeat("c", 101)+" <!-- try: held -->"), `it has 101 characters; say it in 100`},
		{"(main.go#L1)", "(gone.md)", `the link to "gone.md" leads nowhere`},
	} {
		l := Read(clone(t, strings.Replace(sound, c.old, c.new, 1))).Lessons[0]
		var all []string
		for _, p := range Check(l) {
			all = append(all, p.String())
			if p.Do == "" || p.File != "lessons/01-x/README.md" {
				t.Errorf("%q: no way out or no file in %+v", c.new, p)
			}
		}
		if text := strings.Join(all, "\n"); !strings.Contains(text, c.want) || len(all) == 0 {
			t.Errorf("%q -> %q: have\n%s\nwant %s", c.old, c.new, text, c.want)
		}
		if l.Section(KeyVerdict) == nil {
			t.Errorf("%q: the rest was not read", c.new)
		}
	}
}

// trying is a section try, before the section exercise.
func trying(items ...string) string {
	return "<!-- section: try -->\n## Try\n\n" + strings.Join(items, "\n") + "\n\n<!-- section: exercise -->"
}

// TestEachChangeHasItsPlace: one line of the lesson's program begins it.
func TestEachChangeHasItsPlace(t *testing.T) {
	for _, l := range Read("../..").Lessons {
		files, _ := filepath.Glob(filepath.Join("../..", l.Dir, "*.go"))
		for _, c := range l.Changes {
			var found []string
			for _, file := range files {
				source, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				for line := range strings.Lines(string(source)) {
					if !strings.HasSuffix(file, "_test.go") && c.At != "" && strings.Contains(line, c.At) {
						found = append(found, file)
					}
				}
			}
			if len(found) != 1 || strings.Contains(c.Text, "<!--") {
				t.Errorf("%s: %q is on a line of %q; the text is %q", l.Slug, c.At, found, c.Text)
			}
		}
		if len(l.Changes) != 3 {
			t.Errorf("%s: %d changes", l.Slug, len(l.Changes))
		}
	}
}

// TestEachLessonHasSomethingToTry in a run by hand, and a README says when it is done.
func TestEachLessonHasSomethingToTry(t *testing.T) {
	for _, l := range Read("../..").Lessons {
		if len(l.Tries) < 3 {
			t.Errorf("%s: %d things", l.Slug, len(l.Tries))
		}
		for _, try := range l.Tries {
			if try.Text == "" || try.Goal == nil || strings.Contains(try.Text, "<!--") {
				t.Errorf("%s: %+v", l.Slug, try)
			}
		}
	}
}

// TestAMarkWithoutWords: it is found in any program of the folder, but not in its
// tests.
func TestAMarkWithoutWords(t *testing.T) {
	root := clone(t, sound)
	put(t, filepath.Join(root, "lessons/01-x/play.go"), `x.Moment("unworded", fd)`)
	put(t, filepath.Join(root, "lessons/01-x/lesson_test.go"), `x.Moment("tested")`)
	found := Check(Read(root).Lessons[0])
	want := `lessons/01-x/README.md: play.go marks the moment "unworded", which has no words; add to the section observe: - **question** <!-- moment: unworded --> answer`
	if len(found) != 1 || found[0].String() != want {
		t.Errorf("found %v, want %s", found, want)
	}
}

func TestLessonsThatCannotBeRead(t *testing.T) {
	readme := func(root string) string { return filepath.Join(root, "lessons/01-x/README.md") }
	for name, c := range map[string]struct {
		spoil func(root string) error
		want  string
	}{
		"no README":  {func(root string) error { return os.Remove(readme(root)) }, "README.md: the lesson's text cannot be read: no such file"},
		"no main.go": {func(root string) error { return os.Remove(filepath.Join(root, "lessons/01-x/main.go")) }, "main.go: the experiment cannot be read: no such file"},
		"a FIFO": {func(root string) error {
			os.Remove(readme(root))
			return unix.Mkfifo(readme(root), 0o600)
		}, "not a regular file"},
		"not text": {func(root string) error { return os.WriteFile(readme(root), []byte{0xff, 0xfe, 0}, 0o600) }, "not UTF-8"},
		"huge":     {func(root string) error { return os.WriteFile(readme(root), make([]byte, longestREADME+1), 0o600) }, "longer than"},
		"empty":    {func(root string) error { return os.WriteFile(readme(root), nil, 0o600) }, "the title is missing"},
	} {
		root := clone(t, sound)
		if err := c.spoil(root); err != nil {
			t.Fatal(err)
		}
		lessons := Read(root).Lessons
		if len(lessons) != 1 || lessons[0].Number != 1 || lessons[0].Title == "" {
			t.Fatalf("%s: the lesson is not listed: %+v", name, lessons)
		}
		found := false
		for _, p := range Check(lessons[0]) {
			found = found || strings.Contains(p.String(), c.want)
		}
		if !found {
			t.Errorf("%s: %v", name, Check(lessons[0]))
		}
	}
}

func TestFolders(t *testing.T) {
	root := clone(t, sound)
	for _, dir := range []string{"Notes", ".git", "01-y"} {
		if err := os.Mkdir(filepath.Join(root, "lessons", dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c := Read(root)
	if len(c.Lessons) != 2 || len(c.Problems) != 1 || !strings.Contains(c.Problems[0].String(), `"Notes" is not listed`) {
		t.Errorf("%+v", c)
	}
	if all := c.Lessons[1].Problems; !strings.Contains(all[len(all)-1].String(), "number 01 is taken by 01-x") {
		t.Errorf("the second 01: %v", all)
	}
	c = Read(t.TempDir())
	if len(c.Lessons) != 0 || len(c.Problems) != 1 || !strings.Contains(c.Problems[0].String(), "lessons: the folder of the lessons cannot be read") {
		t.Errorf("an empty clone: %+v", c)
	}
}

// FuzzREADME: no README makes the parser panic, which would take the terminal
// with it.
func FuzzREADME(f *testing.F) {
	f.Add(sound)
	f.Add("<!-- section: predict -->\n## P\n- \n-\n<!-- section: run -->\n## R\n1.\n2. \n<!-- section: verdict -->\n## V\n<!-- section: recall -->\n## R\n1.\n2.\n<!-- section: change -->\n## C\n")
	f.Add("# \n## \n<!-- section: claim -->\n## C\n>\n")
	f.Fuzz(func(t *testing.T, text string) {
		l := &Lesson{Number: 1, Slug: "01-x", Dir: "lessons/01-x", Source: []byte(text)}
		l.parse()
		checkFiles(l, "/nowhere")
		for _, p := range l.Problems {
			if p.Line < 0 || p.Line > strings.Count(text, "\n")+1 {
				t.Errorf("line %d of a text with %d", p.Line, strings.Count(text, "\n")+1)
			}
		}
	})
}
