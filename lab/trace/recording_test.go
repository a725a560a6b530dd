package trace

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
)

// texts are strings of a recording that was never in a ring.
type texts []string

func (s texts) String(id uint32) string {
	if id == 0 {
		return ""
	}
	return s[id-1]
}

var someTexts = texts{"pipe (read end)", "two\nlines", `"quoted" \ back`, "\x1b[31mred\x07", "中文 ⚠ 𝄞", "\U000e0001"}

// someRecords are records of every kind, with all that their forms allow.
func someRecords(rng *rand.Rand) []Record {
	var records []Record
	for k := None + 1; k < kinds; k++ {
		for range 4 {
			f := forms[k]
			r := Record{
				Seq: uint64(len(records)*3 + 1), Time: rng.Int64N(1 << 40), Kind: k,
				Thread: rng.Uint32(), FD: int32(rng.IntN(5) - 1), Base: uint16(rng.IntN(3)),
			}
			if f.str != "" {
				r.Str = uint32(rng.IntN(len(someTexts) + 1))
			}
			number := func(name string) int64 {
				if name == "" {
					return 0
				}
				return rng.Int64() - rng.Int64()
			}
			r.A, r.B, r.C, r.D = number(f.a), number(f.b), number(f.c), number(f.d)
			if k == CallEnd && rng.IntN(2) == 0 {
				data := make([]byte, rng.IntN(16)+1)
				for i := range data {
					data[i] = byte(rng.Uint32())
				}
				r.SetData(data)
			}
			records = append(records, r)
		}
	}
	return records
}

var someHeader = Header{Program: "02-ev-persist", Started: time.Date(2024, 5, 6, 7, 8, 9, 123456789, time.UTC), LeftOut: 3}

func encoded(t testing.TB, records []Record, lost uint64) []byte {
	t.Helper()
	var file bytes.Buffer
	e, err := NewEncoder(&file, someTexts, someHeader)
	if err != nil {
		t.Fatal(err)
	}
	e.Encode(records[:len(records)/2])
	e.Lost(lost / 2)
	e.Encode(records[len(records)/2:])
	if err := e.Close(lost); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestRecordingComesBackAsItWas(t *testing.T) {
	for seed := range uint64(20) {
		records := someRecords(rand.New(rand.NewPCG(seed, 1)))
		file := encoded(t, records, 7)
		rec, err := ReadRecording(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		if rec.Header != someHeader || rec.Lost != 7 || len(rec.Records) != len(records) {
			t.Fatalf("header %+v, %d lost, %d records of %d", rec.Header, rec.Lost, len(rec.Records), len(records))
		}
		for i, want := range records {
			got := rec.Records[i]
			if rec.String(got.Str) != someTexts.String(want.Str) {
				t.Fatalf("record %d: text %q; want %q", i, rec.String(got.Str), someTexts.String(want.Str))
			}
			got.Str = want.Str
			if got != want {
				t.Fatalf("record %d:\n got %+v\nwant %+v", i, got, want)
			}
		}
	}
}

// What other programs read must be what JSON says it is, and what a terminal
// shows must not command it.
func TestRecordingIsPlainJSONLines(t *testing.T) {
	file := encoded(t, someRecords(rand.New(rand.NewPCG(1, 2))), 0)
	for i, l := range strings.Split(strings.TrimSuffix(string(file), "\n"), "\n") {
		var v map[string]any
		if err := json.Unmarshal([]byte(l), &v); err != nil {
			t.Errorf("line %d: %v: %s", i+1, err, l)
		}
		for _, c := range l {
			if c < ' ' || c == 0x7f || c >= 0x80 && c < 0xa0 {
				t.Errorf("line %d holds the control character %U", i+1, c)
			}
		}
	}
}

func TestRecordingExample(t *testing.T) {
	r := Record{Seq: 9, Time: 1500, Thread: 42, FD: 5, Base: 1, Kind: CallEnd, Str: 1, A: 3}
	r.SetData([]byte("a\"\xff"))
	var file bytes.Buffer
	e, _ := NewEncoder(&file, texts{"read"}, someHeader)
	e.Encode([]Record{r, {Kind: 200}, {Seq: 11, Time: 1600, Thread: 42, FD: NoFD, Kind: End, A: 1}})
	e.Lost(0)
	e.Close(0)
	want := `{"fdlab-trace":1,"program":"02-ev-persist","started":"2024-05-06T07:08:09.123456789Z","left-out":3}
{"kind":"call-end","seq":9,"t":1500,"thread":42,"fd":5,"base":1,"call":"read","result":3,"errno":0,"data":"a\"\u00ff"}
{"kind":"end","seq":11,"t":1600,"thread":42,"status":1}
{"lost":1}
{"records":2,"lost":1}
`
	if file.String() != want {
		t.Errorf("got:\n%swant:\n%s", file.String(), want)
	}
}

func TestBrokenRecordings(t *testing.T) {
	const head = `{"fdlab-trace":1,"program":"p","started":"2024-05-06T07:08:09Z"}` + "\n"
	const one = `{"kind":"note","seq":1,"t":5,"thread":1,"text":"x"}` + "\n"
	const tail = `{"records":1,"lost":0}` + "\n"
	for _, c := range []struct {
		name, file, want string
		readable         int
	}{
		{"whole", head + one + tail, "", 1},
		{"whole, no last newline", head + one + tail[:len(tail)-1], "", 1},
		{"empty", "", "line 1: the file is empty", 0},
		{"another file", "#!/bin/sh\n", "line 1: not a JSON object", 0},
		{"another JSON file", `{"a":1}` + "\n", "line 1: not a recording of fdlab", 0},
		{"version", `{"fdlab-trace":2}` + "\n" + one, "line 1: recorded in version 2, this program reads version 1", 0},
		{"text for version", `{"fdlab-trace":"x"}` + "\n", `line 1: recorded in version "x"`, 0},
		{"broken time", `{"fdlab-trace":1,"started":"now"}` + "\n", `line 1: "now" is not a time`, 0},
		{"cut off in a line", head + one + one[:20], "line 3: cut off", 1},
		{"cut off in an escape", head + one + `{"kind":"note","text":"\u00`, "line 3: cut off", 1},
		{"cut off after a line", head + one, "line 3: the last line is missing", 1},
		{"broken line", head + one + "{\"kind\":}\n" + tail, "line 3: the value of \"kind\"", 1},
		{"a number too many", head + one + `{"kind":"note","seq":1e5}` + "\n", "line 3: ", 1},
		{"unknown kind", head + one + `{"kind":"dance","seq":2}` + "\n", `line 3: unknown kind "dance"`, 1},
		{"unknown field", head + one + `{"kind":"note","seq":2,"x":2}` + "\n", `line 3: unknown field "x" in a note record`, 1},
		{"nameless field", head + one + `{"kind":"note","seq":2,"":2}` + "\n", `line 3: a field without a name`, 1},
		{"wrong type", head + one + `{"kind":"note","seq":"2"}` + "\n", `line 3: "seq" has a value of the wrong type`, 1},
		{"too big", head + one + `{"kind":"note","seq":2,"fd":99999999999}` + "\n", `line 3: "fd" is out of range`, 1},
		{"negative fd", head + one + `{"kind":"note","seq":2,"fd":-1}` + "\n", `line 3: "fd" is out of range`, 1},
		{"no number", head + one + `{"kind":"note"}` + "\n", "line 3: record 0 is out of order", 1},
		{"order", head + one + one, "line 3: record 1 is out of order", 1},
		{"data too long", head + `{"kind":"call-end","seq":1,"data":"12345678901234567"}` + "\n", `line 2: "data" is not 1 to 16 bytes`, 0},
		{"data no bytes", head + `{"kind":"call-end","seq":1,"data":"中"}` + "\n", `line 2: "data" is not 1 to 16 bytes`, 0},
		{"wrong count", head + one + `{"records":5,"lost":0}` + "\n", "line 3: there should be 5 records, but 1 were read", 1},
		{"more", head + one + tail + one, "line 4: more after the last line", 1},
		{"twice", head + `{"kind":"note","seq":1,"seq":2}` + "\n", `line 2: two values for "seq"`, 0},
		{"array", head + "[1]\n", "line 2: not a JSON object", 0},
		{"long line", head + one + strings.Repeat(" ", longestLine+1), "line 3: longer than", 1},
	} {
		rec, err := ReadRecording(strings.NewReader(c.file))
		switch {
		case rec == nil:
			t.Errorf("%s: no Recording", c.name)
		case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: error %v; want %q", c.name, err, c.want)
		case len(rec.Records) != c.readable:
			t.Errorf("%s: %d records are readable; want %d", c.name, len(rec.Records), c.readable)
		}
	}
}

// TestTextsAreBounded: a hostile file cannot make its reader hold what it likes.
func TestTextsAreBounded(t *testing.T) {
	long := strings.Repeat("x", longestLine-200)
	parts := []io.Reader{strings.NewReader("{\"fdlab-trace\":1}\n")}
	for i := range mostText/len(long) + 2 {
		parts = append(parts, strings.NewReader(fmt.Sprintf(`{"kind":"note","seq":%d,"text":"%03d`, i+1, i)), strings.NewReader(long), strings.NewReader("\"}\n"))
	}
	read := 0
	rec, err := Scan(io.MultiReader(parts...), func(_ *Recording, some []Record) { read += len(some) })
	if err == nil || !strings.Contains(err.Error(), "more than 64 MiB of texts") || rec.size > mostText+longestLine {
		t.Errorf("%d bytes of texts, error %v", rec.size, err)
	}
	if read != mostText/(len(long)+3) {
		t.Errorf("%d records are readable, want %d", read, mostText/(len(long)+3))
	}
}

func TestReadErrorIsNamed(t *testing.T) {
	broken := errors.New("disk on fire")
	_, err := ReadRecording(io.MultiReader(strings.NewReader("{\"fdlab-trace\":1}\n"), failing{broken}))
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("error %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error)  { return 0, f.err }
func (f failing) Write([]byte) (int, error) { return 0, f.err }

func FuzzDecode(f *testing.F) {
	f.Add(encoded(f, someRecords(rand.New(rand.NewPCG(3, 4)))[:12], 3))
	f.Add([]byte("{\"fdlab-trace\":1}\n{\"kind\":\"note\",\"seq\":1}\n{\"lost\":3}\n{\"records\":1,\"lost\":3}\n"))
	f.Add([]byte("{\"fdlab-trace\":1}\n{\"kind\":\"call-end\",\"seq\":1,\"data\":\"\\ud834\\udd1e\"}"))
	f.Fuzz(func(t *testing.T, file []byte) {
		rec, err := ReadRecording(bytes.NewReader(file))
		if rec == nil {
			t.Fatal("no Recording")
		}
		if err != nil {
			return
		}
		// What was read whole can be written and read again, and is the same.
		var again bytes.Buffer
		e, _ := NewEncoder(&again, rec, rec.Header)
		e.Encode(rec.Records)
		e.Close(rec.Lost)
		second, err := ReadRecording(&again)
		if err != nil || len(second.Records) != len(rec.Records) || second.Lost != rec.Lost {
			t.Fatalf("second reading: %v, %d records of %d", err, len(second.Records), len(rec.Records))
		}
	})
}

// docs/trace.md is the reference of the records: a row for each, with the
// fields that the forms table gives it.
func TestDocsDescribeEachRecord(t *testing.T) {
	text, err := os.ReadFile("../../docs/trace.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for _, l := range strings.Split(string(text), "\n") {
		cells := strings.Split(l, "|")
		if len(cells) == 9 && strings.HasPrefix(cells[1], " `") {
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			if cells[7] == "" {
				t.Errorf("docs/trace.md does not say what %s means", cells[1])
			}
			rows[strings.Join(cells[1:7], "|")]++
		}
	}
	for k := None + 1; k < kinds; k++ {
		f := forms[k]
		row := strings.Join([]string{"`" + f.name + "`", f.str, f.a, f.b, f.c, f.d}, "|")
		if rows[row] != 1 {
			t.Errorf("docs/trace.md has %d rows %q; want one", rows[row], row)
		}
		delete(rows, row)
	}
	for row := range rows {
		t.Errorf("docs/trace.md describes a record that does not exist: %s", row)
	}
	if want := fmt.Sprintf("version %d", Version); !strings.Contains(string(text), want) {
		t.Errorf("docs/trace.md does not speak of %s", want)
	}
}

func BenchmarkEncode(b *testing.B) {
	r := Record{Seq: 9, Time: 1500, Thread: 42, FD: 5, Base: 1, Kind: CallEnd, Str: 1, A: 3}
	r.SetData([]byte("hei"))
	batch := make([]Record, 1000)
	for i := range batch {
		batch[i] = r
	}
	e, _ := NewEncoder(io.Discard, texts{"read"}, someHeader)
	b.ReportAllocs()
	for b.Loop() {
		e.Encode(batch)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(batch)), "ns/record")
}

func BenchmarkDecode(b *testing.B) {
	records := make([]Record, 1000)
	for i := range records {
		records[i] = Record{Seq: uint64(i + 1), Time: 1500, Thread: 42, FD: 5, Base: 1, Kind: CallEnd, Str: 1, A: 3}
		records[i].SetData([]byte("hei"))
	}
	file := encoded(b, records, 0)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadRecording(bytes.NewReader(file)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(records)), "ns/record")
}
