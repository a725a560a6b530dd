package endtoend

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fdlab/tui/grid"
)

var update = flag.Bool("update", false, "paint docs/pictures anew, from a real run")

// TestPictures runs lesson 01 and paints two of its moments. Without -update
// the pictures stay as they are, and are only compared: what they show must
// still be what a run shows. The times in them are those of one run.
func TestPictures(t *testing.T) {
	t.Parallel()
	x := atHome(t, options{cells: true, env: []string{"FDLAB_THEME=dark"}})
	x.press(enter)
	x.see("the lesson", shows("Predict", "Recall"))
	x.press(right)
	x.see("the question", shows("all five get it"))
	x.press("d")
	x.see("the choice", oneRow("Predict d"))
	x.press("r")
	// After b has spoken twice the lanes tell the whole story.
	stage := x.seeFrame("the thread blocked on a, and b ready unseen", func(s screen) bool {
		return stuck(s) && durationAfter(t, s.source("b", "unseen"), "unseen") > 700*time.Millisecond
	})
	verdict := x.seeFrame("the verdict", shows("ENDED", "d, as you said", "half true"))
	x.leave()
	picture(t, "stage.svg", "The stage of fdlab: a thread is blocked in read on a pipe, "+
		"while a socket stands ready in the kernel and nobody looks", stage,
		"Blocked", "unseen", "Nobody", "bytes", "LIVE")
	picture(t, "verdict.svg", "The end of a run in fdlab: what was predicted and what it was, the claim and "+
		"its verdict, what was measured, and the checks that decide", verdict,
		"ENDED", "claim", "said", "half")
}

// picture paints a frame, or compares the words that matter.
func picture(t *testing.T, name, title string, f frame, words ...string) {
	t.Helper()
	var svg bytes.Buffer
	paint := grid.Picture{Text: grid.RGB(0xD8, 0xDE, 0xE4), Background: grid.RGB(0x11, 0x15, 0x1A), Title: title}
	if err := grid.SVG(&svg, f.cells, paint); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, "docs", "pictures", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, svg.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range words {
		for what, text := range map[string]string{"a run's picture": svg.String(), file: string(kept)} {
			if !strings.Contains(text, ">"+w) {
				t.Errorf("%q is missing in %s: -update paints it anew", w, what)
			}
		}
	}
}
