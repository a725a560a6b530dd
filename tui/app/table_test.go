package app

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"fdlab/lab/control"
	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/player"
)

// lessonsPokes reads from the lessons' sources which keys they offer, each with
// its place.
func lessonsPokes(t *testing.T) map[rune]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "lessons", "*", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	pokes := map[rune]string{}
	fset := token.NewFileSet()
	for _, file := range files {
		f, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			field, ok := n.(*ast.KeyValueExpr)
			if !ok {
				return true
			}
			name, ok := field.Key.(*ast.Ident)
			value, isLiteral := field.Value.(*ast.BasicLit)
			if ok && isLiteral && name.Name == "Rune" && value.Kind == token.CHAR {
				key, _, _, err := strconv.UnquoteChar(strings.Trim(value.Value, "'"), '\'')
				if err != nil {
					t.Fatal(err)
				}
				pokes[key] = fset.Position(n.Pos()).String()
			}
			return true
		})
	}
	return pokes
}

// TestNoPokeShadowsAKeyOfTheInstrument: the letters of the lessons are no keys
// of any screen, and the lessons use no others.
func TestNoPokeShadowsAKeyOfTheInstrument(t *testing.T) {
	pokes := lessonsPokes(t)
	if len(pokes) < 10 {
		t.Fatalf("only %d different pokes were found in the lessons", len(pokes))
	}
	for _, key := range control.Letters {
		if _, ok := pokes[key]; !ok {
			pokes[key] = "control.Letters"
		}
	}
	for at, table := range tables() {
		for _, name := range table.Names() {
			for key, where := range pokes {
				if name == string(key) {
					t.Errorf("screen %d has the key %q; %s offers it, too", at, name, where)
				}
			}
		}
	}
	for key, where := range pokes {
		if !strings.ContainsRune(control.Letters, key) {
			t.Errorf("%s: the key %q is none of %s", where, key, control.Letters)
		}
	}
}

// TestTheGuideSaysWhoseAKeyIs: docs/adding-a-lesson.md has the lessons' letters,
// and each key of the instrument that is a letter or a sign.
func TestTheGuideSaysWhoseAKeyIs(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "adding-a-lesson.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, guide, _ := strings.Cut(string(text), "### Which keys belong to a lesson")
	letters := "| `" + strings.Join(strings.Split(control.Letters, ""), "` `") + "` |"
	if !strings.Contains(guide, letters) {
		t.Errorf("the guide lacks the row %q", letters)
	}
	for at, table := range tables() {
		for _, name := range table.Names() {
			plain := len(name) == 1 && name != " " && name != "=" && name != "_" && (name < "0" || name > "9")
			if plain && !strings.Contains(guide, "`"+name+"`") {
				t.Errorf("screen %d has the key %q, the guide does not", at, name)
			}
		}
	}
}

// TestATableIsSound: no key is in it twice, and each row that is offered or
// explained says which key it is.
func TestATableIsSound(t *testing.T) {
	for at, table := range tables() {
		names := table.Names()
		slices.Sort(names)
		for i := range names[1:] {
			if names[i] == names[i+1] {
				t.Errorf("screen %d has the key %q twice", at, names[i])
			}
		}
		for _, k := range table {
			if len(k.Names) == 0 || k.Do == nil || (k.Sign == "") != (k.Help == "") || k.Sign == "" && k.Now != nil {
				t.Errorf("screen %d: the row %q %q (%q) is incomplete", at, k.Names, k.Sign, k.Help)
			}
		}
	}
}

// texts are the strings of a hand-made run: a record's Str is its place, from 1.
type texts []string

func (s texts) String(id uint32) string { return s[id-1] }

// announced is a session of a program that offers arguments, and runs on a
// backend.
func announced(backend string, arguments ...string) *session {
	strings := append(texts{backend}, arguments...)
	s := &session{world: world.NewRun(strings), playback: playback{Player: player.New(1, 1)}}
	for i := range arguments {
		s.world.Apply([]trace.Record{{Kind: trace.Offer, FD: trace.NoFD, Str: uint32(i + 2)}})
	}
	s.world.Apply([]trace.Record{{Kind: trace.BaseNew, FD: trace.NoFD, Base: 1, Str: 1, Thread: 7}})
	return s
}

// TestTheBackendsAreThoseThatTheProgramHas: B goes round them, from the one that
// runs, and there is no such key where there is no choice.
func TestTheBackendsAreThoseThatTheProgramHas(t *testing.T) {
	mac := []string{"-backend=kqueue", "-backend=poll", "-backend=select", "-interactive"}
	for _, c := range []struct {
		session *session
		args    []string
		want    string
	}{
		{announced("kqueue", mac...), nil, "-backend=poll"},
		{announced("select", mac...), nil, "-backend=kqueue"},
		{announced("kqueue", mac...), []string{"-interactive", "-backend=poll"}, "-backend=select"},
		{announced("kqueue", "-backend=kqueue"), nil, ""},
		{announced("kqueue", "-interactive"), nil, ""},
		{&session{}, nil, ""},
	} {
		c.session.args = c.args
		if got := c.session.nextBackend(); got != c.want {
			t.Errorf("of %q with the arguments %q comes %q, want %q", c.session.arguments(), c.args, got, c.want)
		}
	}
}

// TestByHandIsOfferedWhereThereIsAHand.
func TestByHandIsOfferedWhereThereIsAHand(t *testing.T) {
	for want, s := range map[string]*session{
		"by hand": announced("poll", "-interactive"), "": announced("poll", "-backend=poll"),
	} {
		m := &Model{screen: atStage, session: s}
		if got := m.nowByHand().Does; got != want {
			t.Errorf("the key i is offered as %q, want %q", got, want)
		}
	}
}
