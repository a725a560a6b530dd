package export_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/charmbracelet/x/vt"

	"fdlab/lab/course"
	"fdlab/tui/export"
)

// asked is how the forms are tried.
var asked = export.Options{At: export.Whole, W: 100, H: 30}

func written(t *testing.T, name string, o export.Options) string {
	t.Helper()
	content, err := os.ReadFile(write(t, name, o))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestTheCastEndsWithTheVerdict: an emulated terminal that reads the whole cast shows at
// its end what the still picture of the end shows; there is a marker for each step, and
// for each moment; time never goes back.
func TestTheCastEndsWithTheVerdict(t *testing.T) {
	lines := bufio.NewScanner(strings.NewReader(written(t, "run.cast", asked)))
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() {
		t.Fatal("no header")
	}
	var header struct{ Version, Width, Height int }
	if err := json.Unmarshal(lines.Bytes(), &header); err != nil || header.Version != 2 || header.Width != asked.W || header.Height != asked.H {
		t.Fatalf("header %+v, %v", header, err)
	}
	screen := vt.NewEmulator(asked.W, asked.H)
	var marks []string
	last := 0.0
	for lines.Scan() {
		var e [3]any
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatalf("%v: %s", err, lines.Text())
		}
		at, data := e[0].(float64), e[2].(string)
		if at < last {
			t.Fatalf("%f after %f", at, last)
		}
		last = at
		switch e[1] {
		case "o":
			io.WriteString(screen, data)
		case "m":
			marks = append(marks, data)
		default:
			t.Fatalf("code %v", e[1])
		}
	}
	run, _, err := export.Read(recording(), course.Read(root))
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(marks, "\n")
	if n := strings.Count(all, "step "); n != len(run.World.Live.Steps) {
		t.Errorf("%d steps of %d: %q", n, len(run.World.Live.Steps), marks)
	}
	if n := strings.Count(all, "moment "); n != len(run.World.Live.Moments) || n == 0 {
		t.Errorf("%d moments of %d: %q", n, len(run.World.Live.Moments), marks)
	}
	want := strings.Split(written(t, "run.txt", asked), "\n")
	for y := range asked.H - 1 {
		var row strings.Builder
		for x := range asked.W {
			if c := screen.CellAt(x, y); c == nil || c.Content == "" {
				row.WriteByte(' ')
			} else {
				row.WriteString(c.Content)
			}
		}
		if got := strings.TrimRight(row.String(), " "); got != want[y] {
			t.Errorf("row %d: %q, want %q", y, got, want[y])
		}
	}
}

// TestAPictureShowsTheChosenMoment, and without one the end.
func TestAPictureShowsTheChosenMoment(t *testing.T) {
	end, early := written(t, "run.txt", asked), asked
	early.At = 1e6
	moment := written(t, "run.txt", early)
	if !strings.Contains(end, "half true") || strings.Contains(moment, "half true") || !strings.Contains(moment, "PAST") {
		t.Errorf("the end:\n%s\nat 1 ms:\n%s", end, moment)
	}
	early.Light = true
	for name, o := range map[string]export.Options{"dark": asked, "light": early} {
		picture := written(t, "run.svg", o)
		d := xml.NewDecoder(strings.NewReader(picture))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if ground := map[bool]string{false: "#11151a", true: "#fbfcfd"}[o.Light]; !strings.Contains(picture, ground) {
			t.Errorf("%s: no ground %s", name, ground)
		}
	}
}

// TestTheOtherFormsAreWritten: each form that needs no browser is written, and begins as
// its readers want it.
func TestTheOtherFormsAreWritten(t *testing.T) {
	for name, begins := range map[string]string{"run.png": "\x89PNG\r\n", "run.json": `{"displayTimeUnit":"ns","traceEvents":[`, "RUN.CSV": "program,kind,"} {
		if content := written(t, name, asked); !strings.HasPrefix(content, begins) || len(content) < 500 {
			t.Errorf("%s: %.200s", name, content)
		}
	}
	if !json.Valid(bytes.TrimSpace([]byte(written(t, "run.json", asked)))) {
		t.Error("run.json is no JSON")
	}
}
