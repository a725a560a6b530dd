package lessontest

import (
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fdlab/lab/course"
	"fdlab/lab/goal"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// Hand is what a person does in a run by hand to reach a goal.
type Hand struct {
	Args string // of the run, besides -interactive

	// Does is words: a key; hold, release, step; or after a colon a condition that
	// must be met before the next word (lab/goal; with _ for a blank).
	Does string
}

// Tries does what the README of the lesson asks to try, in whose folder the test runs:
// each in a run of its own, and each must be ticked off.
func Tries(t *testing.T, hands ...Hand) {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	tries := course.ReadLesson("../..", path.Join("lessons", filepath.Base(dir))).Tries
	if len(tries) != len(hands) {
		t.Fatalf("the README has %d things to try, the test does %d", len(tries), len(hands))
	}
	for i, hand := range hands {
		t.Run(strings.Join(strings.Fields(hand.Args+" "+hand.Does), " "), func(t *testing.T) {
			args := append([]string{"-interactive"}, strings.Fields(hand.Args)...)
			h := &handed{t: t, a: Record(t, Command(t, "", args...)), goal: tries[i].Goal}
			go io.Copy(io.Discard, h.a.lines) // a full pipe would block it
			h.run = world.NewRun(h.a.reader)
			h.run.Each = h.each
			for word := range strings.FieldsSeq(hand.Does) {
				h.do(word)
			}
			h.await(tries[i].Text, func() bool { return h.met })
		})
	}
}

// handed is a run by hand.
type handed struct {
	t   *testing.T
	a   *Alive
	run *world.Run

	goal *goal.Goal
	met  bool // at some moment since the beginning
}

func (h *handed) do(word string) {
	h.t.Helper()
	switch condition, ok := strings.CutPrefix(word, ":"); {
	case ok:
		g, err := goal.Parse(strings.ReplaceAll(condition, "_", " "))
		if err != nil {
			h.t.Fatal(err)
		}
		h.await(condition, func() bool { return g.Met(h.run.Live, nil, h.a.reader.Now()) })
	case len(word) > 1:
		h.a.Send(word)
	default:
		h.await("the key "+word+" is offered", func() bool {
			for _, o := range h.run.Live.Offers {
				if string(o.Key) == word {
					return true
				}
			}
			return false
		})
		before := h.run.Live.Pokes
		h.a.Key(rune(word[0]))
		h.await("the key "+word+" is taken", func() bool { return h.run.Live.Pokes > before })
	}
}

func (h *handed) each(w *world.World, r *trace.Record) {
	h.met = h.met || h.goal.Met(w, r, r.Time)
}

// await reads the trace until it is so.
func (h *handed) await(what string, so func() bool) {
	h.t.Helper()
	batch := make([]trace.Record, 4096)
	for end := time.Now().Add(limit); time.Now().Before(end); {
		n := h.a.reader.Read(batch)
		h.run.Apply(batch[:n])
		if h.met = h.met || h.goal.Met(h.run.Live, nil, h.a.reader.Now()); so() {
			return
		}
		if n == 0 {
			time.Sleep(time.Millisecond)
		}
	}
	h.t.Fatalf("after %s it has not come to this: %s", limit, what)
}
