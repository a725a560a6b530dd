package grid

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
)

// TestAFilmShowsEachRowInItsTime: what changes is shown and hidden when it does, what comes
// again is painted once, and what stays is no film.
func TestAFilmShowsEachRowInItsTime(t *testing.T) {
	f := Film{Picture: Picture{Text: RGB(1, 2, 3), Background: RGB(4, 5, 6), Title: "a & b"}}
	g := New(12, 2)
	for i, word := range []string{"first", "second", "second", "first"} {
		g.Clear()
		g.Text(0, 0, Style{}, word)
		g.Text(0, 1, Style{}, "stays")
		f.Add(float64(i), g)
	}
	var out bytes.Buffer
	if err := f.Write(&out, 4); err != nil {
		t.Fatal(err)
	}
	type text struct {
		Text string `xml:",chardata"`
	}
	var svg struct {
		Title string `xml:"title"`
		Still []text `xml:"text"`
		Rows  []struct {
			Text    []text `xml:"text"`
			Animate struct {
				Values string `xml:"values,attr"`
				Times  string `xml:"keyTimes,attr"`
				Dur    string `xml:"dur,attr"`
			} `xml:"animate"`
		} `xml:"g"`
	}
	if err := xml.Unmarshal(out.Bytes(), &svg); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if svg.Title != "a & b" || len(svg.Still) != 1 || svg.Still[0].Text != "stays" {
		t.Errorf("title %q; what stays: %v", svg.Title, svg.Still)
	}
	got := ""
	for _, r := range svg.Rows {
		got += fmt.Sprint(r.Text[0].Text, " ", r.Animate.Dur, " ", r.Animate.Values, " ", r.Animate.Times, "\n")
	}
	const want = "first 4.0s visible;hidden;visible 0;0.25000;0.75000\n" +
		"second 4.0s hidden;visible;hidden 0;0.25000;0.75000\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if f.Write(failingWriter{}, 4) == nil {
		t.Error("an error of the writer is lost")
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// TestAppendCellsHasAllCells, as docs of the function say.
func TestAppendCellsHasAllCells(t *testing.T) {
	g := New(3, 1)
	g.Set(0, 0, 'a', Style{FG: RGB(1, 2, 3), Attr: Bold})
	g.Set(1, 0, '界', Style{BG: RGB(4, 5, 6)})
	want := []byte{
		'a', 0, 0, 0, 3, 2, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0,
		0x4C, 0x75, 0, 0, 0, 0, 0, 0, 6, 5, 4, 1, 0, 0, 0, 0,
		0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 6, 5, 4, 1, 0, 0, 0, 0,
	}
	if got := g.AppendCells(nil); !bytes.Equal(got, want) || len(got) != 3*CellBytes {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if got := g.Row(0); got != "a界" || strings.HasSuffix(got, " ") {
		t.Errorf("row %q", got)
	}
}
