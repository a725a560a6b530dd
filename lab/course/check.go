package course

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"

	"fdlab/lab/goal"
)

// Check returns what keeps a lesson from the shape that the package's comment
// shows. The list is empty for a sound lesson. It is the lesson's Problems.
func Check(l *Lesson) []Problem { return l.Problems }

// checkOrder walks along Keys and the sections together, and says which section
// was expected where.
func checkOrder(l *Lesson) []Problem {
	var found []Problem
	want := 0 // the next section that is expected
	for _, s := range l.Sections {
		at := index(Keys, s.Key)
		switch {
		case s.Key == "":
			found = append(found, l.problem(s.Line,
				fmt.Sprintf("%q has no key; %s was expected", s.Heading, expected(want)),
				"write a line like <!-- section: claim --> above it, or make it a heading of the third level (###)"))
		case at < 0:
			found = append(found, l.problem(s.Line,
				fmt.Sprintf("%q is no key of a section; %s was expected", s.Key, expected(want)),
				"take one of these: "+strings.Join(Keys, ", ")))
		case at < want:
			found = append(found, l.problem(s.Line,
				fmt.Sprintf("section %q comes twice or too late; %s was expected", s.Key, expected(want)),
				"put the sections in this order: "+strings.Join(Keys, ", ")))
		default:
			for ; want < at; want++ {
				if Keys[want] != KeyTry {
					found = append(found, missing(l, want, s.Line))
				}
			}
			want++
		}
	}
	for ; want < len(Keys); want++ {
		found = append(found, missing(l, want, 0))
	}
	return found
}

func index(list []string, s string) int {
	for i := range list {
		if list[i] == s {
			return i
		}
	}
	return -1
}

func expected(want int) string {
	if want == len(Keys) {
		return "the end"
	}
	if Keys[want] == KeyTry { // which may be missing
		want++
	}
	return fmt.Sprintf("%q", Keys[want])
}

// missing says that a section was expected before line, or at the end.
func missing(l *Lesson, want, line int) Problem {
	before := "at the end"
	if line > 0 {
		before = "here"
	}
	if l.Section(Keys[want]) != nil {
		return l.problem(line, fmt.Sprintf("%q was expected %s, it comes later", Keys[want], before),
			"put the sections in this order: "+strings.Join(Keys, ", "))
	}
	return l.problem(line, fmt.Sprintf("section %q is missing; it was expected %s", Keys[want], before),
		fmt.Sprintf("add a heading, and above it the line <!-- section: %s -->", Keys[want]))
}

// readers take what the program needs out of a section.
var readers = map[string]func(*Lesson, *Section) []Problem{
	KeyClaim:   readClaim,
	KeyPredict: readPredict,
	KeyRun:     readRun,
	KeyObserve: readMoments,
	KeyExplain: readExplain,
	KeyVerdict: readVerdict,
	KeyRecall:  readRecall,
	KeyChange:  readChanges,
	KeyTry:     readTries,
}

// longestClaim fits one line of the home list at 120 columns, and two at 80.
const longestClaim = 120

func readClaim(l *Lesson, s *Section) (found []Problem) {
	quote, ok := first[*ast.Blockquote](s.Nodes)
	if !ok {
		return []Problem{l.problem(s.Line, "the claim in one line is missing", "write it as a quotation: \"> ...\"")}
	}
	l.Claim = plain(quote, l.Source)
	if n := utf8.RuneCountInString(l.Claim); n > longestClaim {
		found = append(found, l.problem(l.line(quote),
			fmt.Sprintf("the claim has %d characters", n),
			fmt.Sprintf("say it in %d, and the rest in a paragraph below", longestClaim)))
	}
	last := s.Nodes[len(s.Nodes)-1]
	if _, _, ok := labelled(plain(last, l.Source)); ok && last != ast.Node(quote) {
		return found
	}
	return append(found, l.problem(s.Line, "the claim's source is not named", "end the section with a paragraph \"Source: ...\""))
}

func readPredict(l *Lesson, s *Section) (found []Problem) {
	var words []string
	for _, n := range s.Nodes {
		if _, ok := n.(*ast.List); ok {
			break
		}
		words = append(words, plain(n, l.Source))
	}
	l.Question.Text = strings.Join(words, " ")
	if l.Question.Text == "" {
		found = append(found, l.problem(s.Line, "the question is missing", "write it as a paragraph before the options"))
	}
	list, ok := first[*ast.List](s.Nodes)
	if !ok {
		return append(found, l.problem(s.Line, "the options are missing", "add a list of 3 or 4 items like \"- **a.** text\""))
	}
	for i, item := range children(list) {
		want := string(rune('a' + i))
		bold, rest, ok := leadIn(item.FirstChild(), l.Source)
		if !ok || bold != want+"." || rest == "" {
			found = append(found, l.problem(l.line(item),
				fmt.Sprintf("option %d is not like \"- **%s.** text\"", i+1, want), "write it so"))
			rest = plain(item, l.Source)
		}
		l.Question.Options = append(l.Question.Options, Option{want, rest})
	}
	l.Question.ID = l.Question.identify()
	if n := len(l.Question.Options); n < 3 || n > 4 {
		found = append(found, l.problem(l.line(list), fmt.Sprintf("there are %d options", n), "give 3 or 4"))
	}
	return found
}

func readRun(l *Lesson, s *Section) (found []Problem) {
	command := "go run ./" + l.Dir
	if block, ok := first[*ast.FencedCodeBlock](s.Nodes); !ok || !strings.Contains(code(block, l.Source), command) {
		found = append(found, l.problem(s.Line, "the command is missing",
			fmt.Sprintf("begin with a fenced block that holds %q", command)))
	}
	list, ok := first[*ast.List](s.Nodes)
	if !ok || !list.IsOrdered() {
		return append(found, l.problem(s.Line, "the steps are missing", "add a numbered list like \"1. **name**: what it does\""))
	}
	for i, item := range children(list) {
		name, rest, ok := leadIn(item.FirstChild(), l.Source)
		if !ok {
			found = append(found, l.problem(l.line(item),
				fmt.Sprintf("step %d has no name", i+1), fmt.Sprintf("write \"%d. **name**: what it does\"", i+1)))
			name = plain(item, l.Source)
		}
		l.Steps = append(l.Steps, Step{name, rest})
		if inProgram := comment(item.FirstChild(), l.Source); inProgram != "" {
			name = inProgram
		}
		l.inProgram = append(l.inProgram, name)
	}
	return found
}

// What fits the band of the stage at 80x24: a row, and two.
const (
	longestMoment       = 74
	longestMomentAnswer = 2*longestMoment - 12 // words are not broken
)

// momentComment names a moment.
var momentComment = regexp.MustCompile(`^moment: *([a-z0-9-]+)$`)

func readMoments(l *Lesson, s *Section) (found []Problem) {
	if len(s.Nodes) == 0 {
		return []Problem{l.problem(s.Line, fmt.Sprintf("section %q is empty", s.Heading), "write it")}
	}
	for _, n := range s.Nodes {
		list, ok := n.(*ast.List)
		if !ok {
			continue
		}
		for _, item := range children(list) {
			key := momentComment.FindStringSubmatch(comment(item.FirstChild(), l.Source))
			if key == nil {
				continue
			}
			m := Moment{Key: key[1]}
			m.Question, m.Answer, _ = leadIn(item.FirstChild(), l.Source)
			for what, text := range map[string]struct {
				text string
				most int
			}{"question": {m.Question, longestMoment}, "answer": {m.Answer, longestMomentAnswer}} {
				if n := utf8.RuneCountInString(text.text); n == 0 || n > text.most {
					found = append(found, l.problem(l.line(item),
						fmt.Sprintf("the %s of the moment %q has %d characters", what, m.Key, n),
						fmt.Sprintf("write \"- **question** <!-- moment: %s --> answer\"; the %s has room for %d", m.Key, what, text.most)))
				}
			}
			l.Moments = append(l.Moments, m)
		}
	}
	return found
}

// momentMark is where a program marks a moment: x.Moment("key"), or Moment: "key"
// in a script.
var momentMark = regexp.MustCompile(`\bMoment(?:\(|: *)"([^"]*)"`)

// checkMoments holds the moments that the programs of the folder mark against
// those of the README.
func checkMoments(l *Lesson, root string) (found []Problem) {
	files, _ := filepath.Glob(filepath.Join(root, filepath.FromSlash(l.Dir), "*.go"))
	marked := map[string]string{} // the file of each key
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := readText(file)
		if err != nil {
			continue // the compiler will say so
		}
		for _, mark := range momentMark.FindAllSubmatch(source, -1) {
			marked[string(mark[1])] = filepath.Base(file)
		}
	}
	worded := map[string]bool{}
	for _, m := range l.Moments {
		if worded[m.Key] {
			found = append(found, l.problem(0, fmt.Sprintf("the moment %q has its words twice", m.Key), "leave one out"))
		}
		if worded[m.Key] = true; marked[m.Key] == "" {
			found = append(found, l.problem(0, fmt.Sprintf("no program marks the moment %q", m.Key),
				fmt.Sprintf("mark it: x.Moment(%q)", m.Key)))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(marked)) {
		if !worded[key] {
			found = append(found, l.problem(0, fmt.Sprintf("%s marks the moment %q, which has no words", marked[key], key),
				fmt.Sprintf("add to the section %s: - **question** <!-- moment: %s --> answer", KeyObserve, key)))
		}
	}
	return found
}

func readExplain(l *Lesson, s *Section) []Problem {
	if _, ok := first[*ast.FencedCodeBlock](s.Nodes); !ok {
		return []Problem{l.problem(s.Line, "the diagram is missing", "add one small diagram as a fenced block")}
	}
	return nil
}

func readVerdict(l *Lesson, s *Section) (found []Problem) {
	if len(s.Nodes) > 0 {
		verdict := s.Value
		if verdict == "" {
			bold, _, _ := leadIn(s.Nodes[0], l.Source)
			verdict = strings.ToLower(strings.TrimSuffix(bold, "."))
		}
		switch verdict {
		case "true", "half true", "false":
			l.Verdict = verdict
		}
	}
	if l.Verdict == "" {
		found = append(found, l.problem(s.Line, "the verdict is missing", "begin with **True.**, **Half true.** or **False.**"))
	}
	block, ok := first[*ast.FencedCodeBlock](s.Nodes)
	if !ok {
		return append(found, l.problem(s.Line, "the transcript is missing", "add what a real run printed as a fenced block"))
	}
	l.Transcript = code(block, l.Source)
	return found
}

func readRecall(l *Lesson, s *Section) (found []Problem) {
	list, ok := first[*ast.List](s.Nodes)
	if !ok || !list.IsOrdered() {
		return []Problem{l.problem(s.Line, "the questions are missing", "add a numbered list of 2 or 3")}
	}
	for i, item := range children(list) {
		var r Recall
		for j, n := range children(item) {
			text := plain(n, l.Source)
			_, answer, is := labelled(text)
			if is = is && emphasised(n); !is {
				answer = text
			}
			switch {
			case j == 0:
				r.Question = text
			case is || r.Answer != "":
				r.Answer = strings.TrimSpace(r.Answer + " " + answer)
			default:
				r.Question += " " + text
			}
		}
		if r.Answer == "" {
			found = append(found, l.problem(l.line(item), fmt.Sprintf("question %d has no answer", i+1),
				"add a paragraph \"*Answer:* ...\" inside the item, indented like its text, after an empty line"))
		}
		l.Recall = append(l.Recall, r)
	}
	if n := len(l.Recall); n < 2 || n > 3 {
		found = append(found, l.problem(l.line(list), fmt.Sprintf("there are %d recall questions", n), "ask 2 or 3"))
	}
	return found
}

func readChanges(l *Lesson, s *Section) []Problem {
	list, ok := first[*ast.List](s.Nodes)
	if !ok || !list.IsOrdered() || list.ChildCount() != 3 {
		return []Problem{l.problem(s.Line, "there are not three changes", "add a numbered list of three")}
	}
	for _, item := range children(list) {
		at, ok := strings.CutPrefix(comment(item.FirstChild(), l.Source), "change:")
		if !ok {
			at = ""
		}
		l.Changes = append(l.Changes, Change{plain(item, l.Source), strings.TrimSpace(at)})
	}
	return nil
}

// The text of a try fits three rows of the stage's panel at 80x24, and one at 200x60.
const longestTry = 100

func readTries(l *Lesson, s *Section) (found []Problem) {
	list, ok := first[*ast.List](s.Nodes)
	if !ok || list.ChildCount() < 3 || list.ChildCount() > 5 {
		return []Problem{l.problem(s.Line, "there are not three to five things to try", "add a list of them")}
	}
	for _, item := range children(list) {
		text := plain(item, l.Source)
		condition, ok := strings.CutPrefix(comment(item.FirstChild(), l.Source), "try:")
		met, err := goal.Parse(condition)
		switch n := utf8.RuneCountInString(text); {
		case !ok:
			found = append(found, l.problem(l.line(item), "nothing says when it is done",
				"end the item with a comment: <!-- try: ready b and blocked read a -->"))
			continue
		case err != nil:
			found = append(found, l.problem(l.line(item), fmt.Sprintf("the condition %q cannot be read: %v", strings.TrimSpace(condition), err),
				"go doc fdlab/lab/goal shows what there is"))
			continue
		case n > longestTry:
			found = append(found, l.problem(l.line(item), fmt.Sprintf("it has %d characters", n), fmt.Sprintf("say it in %d", longestTry)))
		}
		l.Tries = append(l.Tries, Try{text, met})
	}
	return found
}

// checkFiles looks at what lies beside the README: main.go, the names of the
// steps in it, and the files that the README links to.
func checkFiles(l *Lesson, root string) (found []Problem) {
	name := path.Join(l.Dir, "main.go")
	program, err := readText(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		found = append(found, Problem{
			File: name,
			Text: "the experiment cannot be read: " + reason(err),
			Do:   "fetch it back: git checkout " + name,
		})
	}
	if s := l.Section(KeyRun); s != nil && err == nil {
		for _, step := range l.inProgram {
			if !strings.Contains(string(program), step) {
				found = append(found, l.problem(s.Line,
					fmt.Sprintf("step %q is not in main.go", step), "use the same name in both"))
			}
		}
	}
	found = append(found, checkMoments(l, root)...)
	for _, s := range l.Sections {
		for _, n := range s.Nodes {
			ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
				if link, ok := n.(*ast.Link); ok && entering && !leads(root, l.Dir, string(link.Destination)) {
					found = append(found, l.problem(l.line(link),
						fmt.Sprintf("the link to %q leads nowhere", link.Destination), "correct it"))
				}
				return ast.WalkContinue, nil
			})
		}
	}
	return found
}

// leads reports whether a link may be followed: it names a place on the web, a
// heading, or something that exists.
func leads(root, dir, to string) bool {
	u, err := url.Parse(to)
	if err != nil {
		return false
	}
	if u.Scheme != "" || u.Host != "" || u.Path == "" {
		return true
	}
	_, err = os.Stat(filepath.Join(root, filepath.FromSlash(dir), filepath.FromSlash(u.Path)))
	return err == nil
}
