package main

import (
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"fdlab/lab/grade/exams"
)

const program = `package main

import (
	"log"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

var mu sync.Mutex

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage")
	}
	fd, err := sys.OpenFIFO(os.Args[1], unix.O_RDONLY, "")
	if err != nil {
		log.Fatal(err)
	}
	base, _ := event.New(event.Config{})
	ev := base.NewEvent(fd, event.Read|event.Persist, func(int, event.What) {
		var buf [512]byte
		n, err := sys.Read(fd, buf[:])
		if err != nil || n == 0 {
			log.Print(err)
		}
		mu.Lock()
		os.Stdout.Write(buf[:n])
		mu.Unlock()
	})
	ev.Add(event.NoTimeout)
	base.Dispatch()
	sys.Close(fd)
}
`

func TestEachFaultIsAProgramWithOneChange(t *testing.T) {
	all := faults([]byte(program), "00")
	var names []string
	for _, c := range all {
		names = append(names, c.kind+": "+c.text)
		if _, err := parser.ParseFile(token.NewFileSet(), "main.go", c.source, 0); err != nil {
			t.Errorf("%s %q is no program: %v", c.kind, c.text, err)
		}
		if string(c.source) == program {
			t.Errorf("%s %q changes nothing", c.kind, c.text)
		}
	}
	for _, want := range []string{
		"drop: ev.Add(event.NoTimeout)",
		"swap: ev.Add(event.NoTimeout) <> base.Dispatch()",
		"unlock: mu.Lock()",
		"flag: event.Read | event.Persist",
		"past the lab: sys.Close(fd)",
		"argument: os.Args[1]",
		"operator: n == 0",
		"invert: err != nil || n == 0",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("no change %q among\n%s", want, strings.Join(names, "\n"))
		}
	}
	for _, name := range names {
		if strings.HasPrefix(name, "drop: log.") {
			t.Errorf("what is printed for people is no fault: %s", name)
		}
	}
}

func TestTheProgramIsAsItWasAfterEachChange(t *testing.T) {
	// Dispatch is called with another function, its name and its arguments: all are put back.
	m := newMaker([]byte(program))
	m.made("as it is", m.file, "")
	m.buffers("00")
	m.loopsOnce()
	m.renamed()
	for _, d := range m.file.Decls {
		m.walk(d)
	}
	m.made("as it is", m.file, "")
	if first, last := m.all[0], m.all[len(m.all)-1]; string(first.source) != string(last.source) || string(first.source) != program {
		t.Errorf("it is now\n%s", last.source)
	}
}

func TestHarmlessChanges(t *testing.T) {
	var kinds []string
	for _, c := range harmlessChanges([]byte(program), "00") {
		kinds = append(kinds, c.kind)
		if c.kind == "loop" && !strings.Contains(string(c.source), "dispatchOnce(base)\n") {
			t.Errorf("Dispatch is not called in the other way:\n%s", c.source)
		}
	}
	if want := []string{"buffers", "buffers", "buffers", "loop", "names"}; !slices.Equal(kinds, want) {
		t.Errorf("%q, want %q", kinds, want)
	}
}

func TestTheListOfEquivalentsHasReasons(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(equivalentsText), "\n")[1:] // below the heading
	if len(lines) != len(equivalents()) {
		t.Errorf("%d lines, and %d that can be read", len(lines), len(equivalents()))
	}
	for _, line := range lines {
		if fields := strings.Split(line, " | "); len(fields) != 4 || len(fields[3]) < 20 {
			t.Errorf("%q: NN | kind | part of the text | reason", line)
		}
	}
}

func TestAFaultMayBeToldWhatItsKindAndItsExerciseAllow(t *testing.T) {
	a := readAllowed("../../..")
	exam := exams.ByName("07-doorbell")
	for _, c := range []struct {
		kind, told string
		want       bool
	}{
		{"drop", "left-open", true},        // as any program
		{"drop", "channel-full", true},     // as a wrong answer of this exercise
		{"drop", "write-takes-all", false}, // as one of another
		{"past the lab", "past-the-lab", true},
		{"past the lab", "left-open", false}, // nobody can know
		{"unlock", "data-race", true},
		{"unlock", "rings-too-early", false},
	} {
		m := &mutant{exam: exam, change: change{kind: c.kind}}
		if got := a.allows(m, c.told); got != c.want {
			t.Errorf("%s told %s: %v", c.kind, c.told, got)
		}
	}
}
