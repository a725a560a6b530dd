package command

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestGrammar(t *testing.T) {
	for said, want := range map[string]Command{
		"":             {},
		"-C clone":     {Clone: "clone"},
		"check":        {Word: Check},
		"-C a check":   {Word: Check, Clone: "a"},
		"check -C a":   {Word: Check, Clone: "a"},
		"-h":           {Help: true},
		"check -h":     {Help: true},
		"-C a --help":  {Help: true, Clone: "a"},
		"-C a -- ":     {Clone: "a"},
		"-C=a check  ": {Word: Check, Clone: "a"},
	} {
		got, err := Parse(strings.Fields(said))
		if err != nil || got.Word != want.Word || got.Clone != want.Clone || got.Help != want.Help || len(got.Operands) != 0 {
			t.Errorf("%q: %+v, %v, want %+v", said, got, err, want)
		}
	}
}

// TestTheWordsForACourse.
func TestTheWordsForACourse(t *testing.T) {
	for said, want := range map[string]Command{
		"notes":                        {Word: Notes},
		"notes -plan 45":               {Word: Notes, Plan: 45},
		"handout 02":                   {Word: Handout, Operands: []string{"02"}},
		"handout 02 -o 02.html":        {Word: Handout, Operands: []string{"02"}, Out: "02.html"},
		"questions -o q.csv":           {Word: Questions, Out: "q.csv"},
		"predictions export -o p.csv":  {Word: Predictions, Operands: []string{"export"}, Out: "p.csv"},
		"-C a predictions -o p export": {Word: Predictions, Operands: []string{"export"}, Out: "p", Clone: "a"},
	} {
		got, err := Parse(strings.Fields(said))
		if err != nil || got.Word != want.Word || got.Plan != want.Plan || got.Out != want.Out || got.Clone != want.Clone || !slices.Equal(got.Operands, want.Operands) {
			t.Errorf("%q: %+v, %v, want %+v", said, got, err, want)
		}
	}
	for _, said := range []string{"handout", "handout 02 03", "predictions", "predictions import", "questions 02", "notes 02", "notes -plan x"} {
		if got, err := Parse(strings.Fields(said)); err == nil {
			t.Errorf("%q is taken for %+v", said, got)
		}
	}
}

// TestAProgramsArgumentsAreItsOwn: what follows its path is no flag of the instrument.
func TestAProgramsArgumentsAreItsOwn(t *testing.T) {
	for said, want := range map[string][]string{
		"run mine":                   {"mine"},
		"run mine -h -C x --":        {"mine", "-h", "-C", "x", "--"},
		"-C a run mine/main.go one":  {"mine/main.go", "one"},
		"run -C a mine -interactive": {"mine", "-interactive"},
		"run -- -odd -h":             {"-odd", "-h"},
	} {
		got, err := Parse(strings.Fields(said))
		if err != nil || got.Word != Run || got.Help || !slices.Equal(got.Operands, want) {
			t.Errorf("%q: %+v, %v, want the operands %q", said, got, err, want)
		}
	}
}

// TestTheFlagsOfTrace stand after the word and before the program; what follows the
// program is the program's.
func TestTheFlagsOfTrace(t *testing.T) {
	for said, want := range map[string]Command{
		"trace -- memcached -t 4":           {Word: Trace, Operands: []string{"memcached", "-t", "4"}},
		"trace -payload -record f sh -hold": {Word: Trace, Payload: true, Record: "f", Operands: []string{"sh", "-hold"}},
		"trace -hold -- sh -record":         {Word: Trace, Hold: true, Operands: []string{"sh", "-record"}},
		"trace -tty python3 -tty":           {Word: Trace, TTY: true, Operands: []string{"python3", "-tty"}},
		"-C a trace x -payload":             {Word: Trace, Clone: "a", Operands: []string{"x", "-payload"}},
		"attach 12":                         {Word: Attach, Operands: []string{"12"}},
		"attach -hold -payload 12":          {Word: Attach, Hold: true, Payload: true, Operands: []string{"12"}},
	} {
		got, err := Parse(strings.Fields(said))
		if err != nil || got.Word != want.Word || got.Clone != want.Clone || got.Payload != want.Payload || got.TTY != want.TTY ||
			got.Record != want.Record || got.Hold != want.Hold || !slices.Equal(got.Operands, want.Operands) {
			t.Errorf("%q: %+v, %v, want %+v", said, got, err, want)
		}
	}
	for _, said := range []string{"check -hold", "trace -hold -record f x", "run -payload x", "-payload trace x"} {
		if _, err := Parse(strings.Fields(said)); err == nil {
			t.Errorf("%q is understood", said)
		}
	}
}

func TestWhatIsNotUnderstoodIsQuoted(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"chekc"}, `unknown word "chekc"`},
		{[]string{""}, `unknown word ""`},
		{[]string{"\x1b]0;EVIL\a"}, `unknown word "\x1b]0;EVIL\a"`},
		{[]string{"check", "twice"}, `check takes no more: "twice"`},
		{[]string{"-x\x1b[31m\n"}, `-x\x1b[31m\n`},
		{[]string{"check", "-\x1b[31m"}, `-\x1b[31m`},
		{[]string{"run"}, "run needs PATH"},
		{[]string{"open"}, "open needs FILE"},
		{[]string{"open", "a", "b"}, `open takes no more: "b"`},
		{[]string{"-C"}, "-C"},
	} {
		_, err := Parse(c.args)
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "try -h") {
			t.Errorf("%q: the error %v does not say %s", c.args, err, c.says)
		} else if strings.ContainsAny(err.Error(), "\x1b\n") {
			t.Errorf("%q is echoed raw in %q", c.args, err)
		}
	}
	_, err := Parse([]string{"chekc"})
	for _, w := range words[1:] {
		if !strings.Contains(err.Error(), " or "+string(w.word)) {
			t.Errorf("the word %q is not named: %v", w.word, err)
		}
	}
}

// TestUsage: every word with its operands, and what it does in a column of its own.
func TestUsage(t *testing.T) {
	lines := strings.Split(Usage(), "\n")
	column := strings.Index(lines[2], words[0].does)
	for i, w := range words {
		line := lines[2+i]
		if !strings.HasPrefix(line, strings.TrimRight("  "+string(w.word)+" "+w.operands, " ")+"  ") || strings.Index(line, w.does) != column {
			t.Errorf("usage of %q: %q", w.word, line)
		}
	}
	if !strings.Contains(Usage(), "-C folder") {
		t.Errorf("usage: %s", Usage())
	}
}

// TestTheFlagsOfExport stand before the file and after it.
func TestTheFlagsOfExport(t *testing.T) {
	whole := Command{Word: Export, Operands: []string{"a.jsonl"}, Out: "a.html", At: -1, W: 120, H: 40}
	placed := whole
	placed.At, placed.For, placed.W, placed.H, placed.Light = 1500*time.Millisecond, 15*time.Second, 60, 20, true
	for said, want := range map[string]Command{
		"export a.jsonl -o a.html":                                      whole,
		"export -o a.html a.jsonl":                                      whole,
		"export -at 1.5s -for 15s a.jsonl -o a.html -size 60x20 -light": placed,
	} {
		if got, err := Parse(strings.Fields(said)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %v, want %+v", said, got, err, want)
		}
	}
	for said, want := range map[string]string{
		"export":                              "needs FILE",
		"export a.jsonl":                      "needs -o",
		"export a.jsonl -o a.html b":          "takes no more",
		"export a.jsonl -o a.svg -size 59x20": "60x20",
		"export a.jsonl -o a.svg -size wide":  "columns and rows",
		"export a.jsonl -o a.svg -at soon":    "invalid",
		"export a.jsonl -o a.cast -for -1s":   "want a time",
		"open a.jsonl -o a.html":              "takes no more",
	} {
		if _, err := Parse(strings.Fields(said)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", said, err, want)
		}
	}
}
