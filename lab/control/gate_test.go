package control

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fdlab/lab/trace"
)

// until waits for a condition, and gives up after a time that only a broken
// program needs.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited 20 s for: %s", what)
		}
	}
}

// log is the trace of a test, as a reader sees it.
type log struct {
	reader *trace.Reader
	seen   []trace.Record
}

// shared is the one recorder of the tests: trace.SetProcess is for the life of
// a process.
var shared = sync.OnceValue(func() *log {
	ring, err := trace.NewRing(1 << 14)
	if err != nil {
		panic(err)
	}
	trace.SetProcess(ring.Recorder())
	return &log{reader: ring.Reader()}
})

// recorded returns the trace, with nothing in it yet.
func recorded() *log {
	l := shared()
	l.read()
	l.seen = nil
	return l
}

func (l *log) read() []trace.Record {
	var batch [64]trace.Record
	for n := l.reader.Read(batch[:]); n > 0; n = l.reader.Read(batch[:]) {
		l.seen = append(l.seen, batch[:n]...)
	}
	return l.seen
}

// count returns how many records of a kind there are, with that text.
func (l *log) count(kind trace.Kind, text string) (n int) {
	for _, r := range l.read() {
		if r.Kind == kind && l.reader.String(r.Str) == text {
			n++
		}
	}
	return n
}

// walker passes a gate again and again, like a loop, until quit.
type walker struct {
	passed atomic.Int64
	quit   chan struct{}
	done   sync.WaitGroup
}

func walk(t *testing.T, g *Gate, phase string) *walker {
	w := &walker{quit: make(chan struct{})}
	w.done.Add(1)
	go func() {
		defer w.done.Done()
		for {
			select {
			case <-w.quit:
				return
			default:
			}
			g.Pass(phase)
			w.passed.Add(1)
			time.Sleep(10 * time.Microsecond)
		}
	}()
	t.Cleanup(func() {
		close(w.quit)
		g.Release()
		w.done.Wait()
	})
	return w
}

func TestHoldStepRelease(t *testing.T) {
	l := recorded()
	var g Gate
	walkers := map[string]*walker{"one": walk(t, &g, "one"), "two": walk(t, &g, "two")}
	for name, w := range walkers {
		until(t, name+" to run", func() bool { return w.passed.Load() > 3 })
	}
	g.Close()
	stand := func(holds int) {
		t.Helper()
		for name := range walkers {
			until(t, fmt.Sprint(name, " to stand for the ", holds, ". time"), func() bool { return l.count(trace.Hold, name) == holds })
		}
	}
	stand(1)
	at := map[string]int64{}
	for name, w := range walkers {
		at[name] = w.passed.Load()
	}
	for step := 1; step <= 5; step++ {
		g.Step()
		stand(step + 1) // each goes one phase, and stands again
		for name, w := range walkers {
			if got := w.passed.Load() - at[name]; got != int64(step) {
				t.Errorf("after %d steps %s has gone %d phases", step, name, got)
			}
			if n := l.count(trace.Release, name); n != step {
				t.Errorf("after %d steps %s was released %d times", step, name, n)
			}
		}
	}
	g.Close() // a second Close changes nothing
	if now, ever := g.Held(); !now || !ever {
		t.Errorf("Held() = %v, %v while closed", now, ever)
	}
	g.Release()
	for name, w := range walkers {
		until(t, name+" to run again", func() bool { return w.passed.Load() > at[name]+20 })
	}
	if now, ever := g.Held(); now || !ever {
		t.Errorf("Held() = %v, %v after the release", now, ever)
	}
	for _, r := range l.read() {
		if r.Kind == trace.Release && r.A <= 0 {
			t.Errorf("a release after %d ns of holding", r.A)
		}
	}
}

// A step is for those who stand at the gate: it must not be saved up.
func TestStepBeforeTheGateIsNotSaved(t *testing.T) {
	l := recorded()
	var g Gate
	g.Close()
	g.Step()
	g.Step()
	w := walk(t, &g, "late")
	until(t, "the walker to stand", func() bool { return l.count(trace.Hold, "late") == 1 })
	if got := w.passed.Load(); got != 0 {
		t.Errorf("went %d phases on steps made before it came", got)
	}
	g.Step()
	until(t, "one phase", func() bool { return l.count(trace.Hold, "late") == 2 })
	if got := w.passed.Load(); got != 1 {
		t.Errorf("went %d phases on one step", got)
	}
}

func TestGateUnderManyHands(t *testing.T) {
	var g Gate
	var wg sync.WaitGroup
	walkers := []*walker{walk(t, &g, "a"), walk(t, &g, "b"), walk(t, &g, "c")}
	for hand := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range 300 {
				switch (hand + i) % 4 {
				case 0:
					g.Close()
				case 1:
					g.Step()
				case 2:
					g.Release()
				case 3:
					g.Held()
					g.HeldFor()
				}
			}
		}()
	}
	wg.Wait()
	g.Release()
	for _, w := range walkers {
		from := w.passed.Load()
		until(t, "everybody to run", func() bool { return w.passed.Load() > from })
	}
}

// sleeper sleeps and says when it is over.
func sleeper(g *Gate, d time.Duration, stop <-chan struct{}) <-chan bool {
	over := make(chan bool, 1)
	go func() { over <- g.Sleep(d, stop) }()
	return over
}

func TestSleepStandsStillWhileHeld(t *testing.T) {
	for d := 20 * time.Millisecond; ; d *= 2 {
		var g Gate
		start := time.Now()
		over := sleeper(&g, d, nil)
		g.Close()
		if time.Since(start) >= d { // a busy machine: too late to hold this sleep
			g.Release()
			<-over
			continue
		}
		time.Sleep(5 * d) // far more than it wants to sleep
		select {
		case <-over:
			t.Error("the sleep is over while time is held")
		default:
		}
		g.Release()
		if !<-over {
			t.Error("Sleep = false without a stop")
		}
		if held := g.HeldFor(); held < 5*d || time.Since(start)-held < d {
			t.Errorf("over after %v, of which %v were held; want %v outside that", time.Since(start), held, d)
		}
		return
	}
}

func TestSleepThatBeginsWhileHeld(t *testing.T) {
	var g Gate
	g.Close()
	time.Sleep(5 * time.Millisecond) // held time from before does not count
	start := time.Now()
	over := sleeper(&g, time.Millisecond, nil)
	for range 3 { // stepping lets loops go, not the clock
		time.Sleep(5 * time.Millisecond)
		g.Step()
	}
	select {
	case <-over:
		t.Fatal("the sleep is over while time is held")
	default:
	}
	released := time.Now()
	g.Release()
	<-over
	if time.Since(released) < time.Millisecond {
		t.Errorf("slept %v after the release, %v in all; want 1 ms after it", time.Since(released), time.Since(start))
	}
}

func TestStopEndsSleep(t *testing.T) {
	for _, held := range []bool{false, true} {
		var g Gate
		if held {
			g.Close()
		}
		stop := make(chan struct{})
		over := sleeper(&g, time.Hour, stop)
		close(stop)
		if <-over {
			t.Errorf("held %v: Sleep = true after a stop", held)
		}
	}
	var g Gate
	if !g.Sleep(-time.Second, nil) {
		t.Error("Sleep of a negative time = false")
	}
}

func BenchmarkPassOpen(b *testing.B) {
	var g Gate
	b.ReportAllocs()
	for b.Loop() {
		g.Pass("before wait")
	}
}
