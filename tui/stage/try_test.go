package stage

import (
	"fmt"
	"strings"
	"testing"

	"fdlab/lab/world"
)

// TestWhatToTryStandsWhereTheVerdictWould: what is left comes first, what finds no room
// is counted, and of a text that is cut no sign is missing.
func TestWhatToTryStandsWhereTheVerdictWould(t *testing.T) {
	v := view(looping(), 100*ms)
	v.Tries = []Try{{"the first thing, which is done", true}, {"make b speak while a is silent: who reads it?", false}, {"hold time", false}}
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		text, _ := screen(v, size[0], size[1])
		_, panel, ok := strings.Cut(text, "try this  1 of 3")
		if !ok || strings.Contains(text, "has not answered") {
			t.Fatalf("%v: no panel:\n%s", size, text)
		}
		left, done := strings.Index(panel, "make b speak"), strings.Index(panel, "the first thing")
		if left < 0 || done >= 0 && done < left || done < 0 && !strings.Contains(panel, " more: Z") {
			t.Errorf("%v:\n%s", size, text)
		}
	}
	long := Try{Text: "set it up as in step 1, write once while time is held, and see who is told"}
	v.Tries = []Try{long, long, long, long}
	if text, _ := screen(v, 80, 24); !strings.Contains(text, "told") || !strings.Contains(text, "…") {
		t.Errorf("of four long things that cannot all stand there the first one must be whole:\n%s", text)
	}

	v.Tries = []Try{long}
	w := *v.World
	w.Tables = []string{"earlier", "what came of it"}
	w.Cells = []world.Cell{{Table: 1, Text: "who"}, {Table: 1, Column: 1, Text: "got"}, {Table: 1, Row: 1, Text: "the client"}, {Table: 1, Row: 1, Column: 1, Text: "EADDRINUSE"}}
	v.World = &w
	if text, _ := screen(v, 120, 40); !strings.Contains(text, "the client  EADDRINUSE") {
		t.Errorf("what was measured by hand is not shown:\n%s", text)
	}
	if text, _ := screen(v, 80, 24); !strings.Contains(text, "EADDRINUSE") && !strings.Contains(text, "Z shows the table: what came of it") {
		t.Errorf("nothing says that there is a table:\n%s", text)
	}

	v.Tries = nil
	for n := range 30 {
		v.Tries = append(v.Tries, Try{Text: fmt.Sprintf("thing %d", n)})
	}
	if text, _ := screen(v, 80, 24); !strings.Contains(text, " more: Z") {
		t.Errorf("most of 30 things are left out without a sign:\n%s", text)
	}
	for w := 0; w <= 210; w += 7 {
		for rows := 0; rows <= 62; rows += 3 {
			screen(v, w, rows)
		}
	}
}
