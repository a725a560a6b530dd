package viewer

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"fdlab/lab/trace"
	"fdlab/tui/grid"
	"fdlab/tui/player"
	"fdlab/tui/theme"
)

// said are the strings of a made-up run.
type said []string

func (s said) String(id uint32) string { return s[id-1] }

// teacher sends what a class does.
type teacher struct {
	t       *testing.T
	v       *Viewer
	out     bytes.Buffer
	encoder *trace.Encoder
	seq     uint64
}

func newTeacher(t *testing.T) *teacher {
	v := Attend(theme.New(grid.Plain, theme.Dark, false))
	v.Resize(120, 40)
	return &teacher{t: t, v: v}
}

func (x *teacher) tell(name string, what any) {
	x.t.Helper()
	data, err := json.Marshal(what)
	if err == nil {
		err = x.v.Hear(name, string(data))
	}
	if err != nil {
		x.t.Fatalf("%s: %v", name, err)
	}
}

func (x *teacher) begin(number int) {
	x.t.Helper()
	x.out.Reset()
	x.encoder, _ = trace.NewEncoder(&x.out, said{"told", "step"}, trace.Header{Program: "02-x"})
	x.seq = 0
	x.tell("run", Begun{Number: number, Lesson: words, Head: x.out.String()})
	x.out.Reset()
}

// records sends some at these times, each a step.
func (x *teacher) records(p Progress, kind trace.Kind, str uint32, times ...int64) {
	x.t.Helper()
	var all []trace.Record
	for _, at := range times {
		x.seq++
		all = append(all, trace.Record{Kind: kind, Seq: x.seq, FD: trace.NoFD, Time: at, Str: str, A: trace.NoFD, B: trace.NoFD, C: trace.NoFD})
	}
	x.encoder.Encode(all)
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	zip.Write(x.out.Bytes())
	zip.Close()
	x.out.Reset()
	head, _ := json.Marshal(p)
	if err := x.v.Hear("records", string(head)+" "+base64.StdEncoding.EncodeToString(packed.Bytes())); err != nil {
		x.t.Fatal(err)
	}
}

// TestAStudentGoesWithTheInstructor, alone after a key, and with them again.
func TestAStudentGoesWithTheInstructor(t *testing.T) {
	x := newTeacher(t)
	v := x.v
	x.begin(3)
	x.records(Progress{Now: 5e8}, trace.Step, 2, 1e8, 2e8, 3e8)
	x.records(Progress{Now: 6e8}, trace.Moment, 1, 4e8)
	x.tell("place", Place{Screen: "stage", Run: 3, Now: 7e8, At: 7e8, State: player.Live})
	if v.State() != player.Live || v.Now() != 7e8 || !strings.Contains(text(v), "with the instructor") {
		t.Errorf("live: %v at %d\n%s", v.State(), v.Now(), text(v))
	}
	x.tell("place", Place{Screen: "stage", Run: 3, Now: 8e8, At: 2e8, State: player.Past})
	if v.State() != player.Past || v.Now() != 2e8 {
		t.Errorf("past: %v at %d", v.State(), v.Now())
	}
	x.tell("place", Place{Screen: "stage", Run: 3, Now: 8e8, At: 4e8, State: player.AtMoment, Moment: "told", Number: 1, Answered: true})
	if i, answered, ok := v.Standing(); i != 0 || !answered || !ok {
		t.Errorf("at the moment: %d %v %v", i, answered, ok)
	}
	v.Key(",")
	alone := v.Now()
	x.tell("place", Place{Screen: "stage", Run: 3, Now: 9e8, At: 9e8, State: player.Live})
	if v.Now() != alone || alone == 4e8 || !strings.Contains(text(v), "on your own") {
		t.Errorf("who is alone is moved from %d to %d", alone, v.Now())
	}
	v.Key("J")
	if v.State() != player.Live || !strings.Contains(text(v), "with the instructor") {
		t.Errorf("after J: %v", v.State())
	}
	if v.Key(" "); v.State() != player.Live || !strings.Contains(text(v), "Only the instructor can hold") {
		t.Errorf("space holds the class's run: %v\n%s", v.State(), text(v))
	}
	x.tell("place", Place{Screen: "stage", Run: 3, Now: 9e8, At: 9e8, State: player.Held})
	if !strings.Contains(text(v), "HELD") {
		t.Errorf("a held run:\n%s", text(v))
	}
	x.records(Progress{Now: 1e9, Over: true}, trace.Step, 2, 95e7)
	x.tell("place", Place{Screen: "ending", Run: 3, Now: 1e9, At: 1e9, State: player.Ended})
	if v.State() != player.Ended || v.Length() != 1e9 {
		t.Errorf("over: %v, %d", v.State(), v.Length())
	}
	x.begin(4)
	if v.Length() != 0 || v.State() != player.Live {
		t.Errorf("another run: %v, %d", v.State(), v.Length())
	}
}

// TestWhatIsLostIsSaid: what is lost to all, and what to this browser alone.
func TestWhatIsLostIsSaid(t *testing.T) {
	x := newTeacher(t)
	x.begin(1)
	x.records(Progress{Now: 1e8, Lost: 5}, trace.Step, 2, 1e8)
	x.tell("lost", 7)
	if !strings.Contains(text(x.v), "12 records lost") {
		t.Errorf("12 records are lost:\n%s", text(x.v))
	}
}

// TestAVoteIsForTheQuestionThatIsAsked, and is sent once for each choice.
func TestAVoteIsForTheQuestionThatIsAsked(t *testing.T) {
	x := newTeacher(t)
	v := x.v
	asked := words
	asked.Slug = "02-x"
	x.tell("lesson", asked)
	if v.Key("b"); v.Vote() != "" {
		t.Error("a vote without a question")
	}
	x.tell("place", Place{Screen: "lesson", Asked: true})
	for _, letter := range []string{"b", "a"} {
		if v.Key(letter); v.Vote() != "02-x "+letter {
			t.Errorf("%s is no vote", letter)
		}
		if v.Vote() != "" {
			t.Errorf("%s is sent twice", letter)
		}
	}
	x.tell("place", Place{Screen: "lesson"})
	if v.asks {
		t.Error("the question stays")
	}
}

// TestAQuestionCallsBackWhoIsAlone: all predict. Then they are where they were.
func TestAQuestionCallsBackWhoIsAlone(t *testing.T) {
	x := newTeacher(t)
	v := x.v
	x.tell("lesson", words)
	x.begin(1)
	x.records(Progress{Now: 5e8}, trace.Step, 2, 1e8, 2e8, 3e8)
	x.tell("place", Place{Screen: "stage", Run: 1, Now: 5e8, At: 5e8, State: player.Live})
	v.Key(",")
	alone := v.Now()
	asked := Place{Screen: "lesson", Asked: true, Run: 1, Now: 5e8, At: 5e8}
	x.tell("place", asked)
	if v.Key("b"); v.Vote() != words.Slug+" b" {
		t.Errorf("no vote can be given:\n%s", text(v))
	}
	v.Key("enter") // back to the run, while the others still think
	x.tell("place", asked)
	if !strings.Contains(text(v), "on your own") || v.Now() != alone {
		t.Errorf("the question comes back, or the place is lost (%d, was %d):\n%s", v.Now(), alone, text(v))
	}
	x.tell("place", Place{Screen: "stage", Run: 1, Now: 5e8, At: 5e8, State: player.Ended})
	x.tell("place", asked)
	x.tell("place", Place{Screen: "stage", Run: 1, Now: 5e8, At: 5e8, State: player.Ended})
	if !strings.Contains(text(v), "on your own") || v.Now() != alone {
		t.Errorf("after the question the place is lost (%d, was %d):\n%s", v.Now(), alone, text(v))
	}
}

// TestNonsenseIsAnError and no fault.
func TestNonsenseIsAnError(t *testing.T) {
	for _, c := range [][2]string{
		{"lesson", "x"}, {"run", "x"}, {"run", `{"Head":"x\n"}`}, {"records", ""}, {"records", "{} x"}, {"records", "{} H4sI"},
		{"place", "[]"}, {"lost", "-1"},
	} {
		if err := newTeacher(t).v.Hear(c[0], c[1]); err == nil {
			t.Errorf("%q is understood", c)
		}
	}
}
