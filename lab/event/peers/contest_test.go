//go:build linux

package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// steady is a contender whose rounds take a given time, but for one that was
// disturbed.
type steady struct {
	name   string
	ns     float64
	order  *[]string
	rounds int
	broken error
	closed *int
}

func (s *steady) round(int) ([]float64, error) {
	*s.order = append(*s.order, s.name)
	if s.rounds++; s.rounds == 3 {
		return []float64{100 * s.ns}, s.broken
	}
	return []float64{s.ns}, nil
}

func (s *steady) close() error { *s.closed++; return nil }

func TestRoundsAlternateAndNeighboursAreCompared(t *testing.T) {
	var order []string
	closed := 0
	begin := func(name string, ns float64, broken error) contender {
		return contender{name, func() (runner, error) {
			return &steady{name: name, ns: ns, order: &order, closed: &closed, broken: broken}, nil
		}}
	}
	c := contest{group: "g", name: "n", figures: []figure{{unit: "ns", scale: 1, targets: []target{{libevent, 1.05}}}},
		contenders: []contender{begin(libevent, 10, nil), begin(ours, 9, nil)}}
	r, err := c.hold(5)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Fields(strings.Repeat(libevent+" "+ours+" "+ours+" "+libevent+" ", 3))
	if !slices.Equal(order, want) {
		t.Errorf("order %v", order)
	}
	if got := r.ratio(0, 1, 0); got != (spread{0.9, 0.9, 0.9}) {
		t.Errorf("ratio %+v: one disturbed round must not count", got)
	}
	if n := len(r.values[0][0]); n != 5 {
		t.Errorf("%d rounds count, not 5: the first one warms up", n)
	}
	if closed != 2 {
		t.Errorf("%d of 2 contenders were closed", closed)
	}

	var out bytes.Buffer
	writeTables(&out, []result{r})
	for _, line := range []string{
		"| n | ns | libevent | 10.0 | 0.90 (0.90–0.90) |",
		"| g: n | ns | libevent | at most 1.05 | 0.90 (0.90–0.90) | reached |",
	} {
		if !strings.Contains(out.String(), line+"\n") {
			t.Errorf("no line %q in\n%s", line, out.String())
		}
	}
	wellFormed(t, draw([]result{r}))

	c.contenders = append(c.contenders, begin("failing", 1, errors.New("it broke")))
	closed = 0
	if _, err := c.hold(5); err == nil || err.Error() != "g, n: failing: it broke" || closed != 3 {
		t.Errorf("error %v, %d closed", err, closed)
	}
}

func wellFormed(t *testing.T, picture []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(picture))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("the plot is not XML: %v", err)
		}
	}
}

func TestQuartiles(t *testing.T) {
	if got := spreadOf([]float64{5, 1, 4, 2, 3}); got != (spread{2, 3, 4}) {
		t.Errorf("of 1 to 5: %+v", got)
	}
	if got := spreadOf([]float64{2, 1}); got != (spread{1.25, 1.5, 1.75}) {
		t.Errorf("of 1 and 2: %+v", got)
	}
	if got := spreadOf([]float64{7}); got != (spread{7, 7, 7}) {
		t.Errorf("of one: %+v", got)
	}
}

// Every Go peer is built and does one round, and every workload has a row: the
// whole way but for the numbers.
func TestOneShortRoundOfEverything(t *testing.T) {
	m, err := prepare()
	if err != nil {
		t.Fatal(err)
	}
	defer m.close()
	for _, missing := range m.missing {
		t.Log(missing)
	}
	for _, c := range m.plan() {
		c.work = min(c.work, 1000)
		r, err := c.hold(1)
		if err != nil {
			t.Error(err)
			continue
		}
		for f := range r.figures {
			for i, values := range r.values[f] {
				if len(values) != 1 || math.IsNaN(values[0]) {
					t.Errorf("%s, %s: %s: %v", c.group, c.name, c.contenders[i].name, values)
				}
			}
		}
	}
}

// No text of the plot begins so far right that it runs out of the picture.
func TestTheLegendFits(t *testing.T) {
	const letter = 6.5 // how wide one is, about
	for _, m := range regexp.MustCompile(`x="(\d+)" y="\d+" text-anchor="start">([^<]*)<`).FindAllSubmatch(draw(nil), -1) {
		x, err := strconv.Atoi(string(m[1]))
		if err != nil {
			t.Fatal(err)
		}
		if end := float64(x) + letter*float64(len(m[2])); end > width {
			t.Errorf("%q ends at %.0f of %d", m[2], end, width)
		}
	}
}
