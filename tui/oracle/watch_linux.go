package main

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"fdlab/lab/launch"
	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/stage"
	"fdlab/tui/theme"
)

// Contradiction is a word on the stage that the kernel contradicts.
type Contradiction struct {
	Program string
	Moment  string // when, and whether the run was held
	Rule    string
	Word    string // on the stage
	Fact    string // of the kernel
	Lost    uint64 // records that were lost by then
	Frame   string // the stage, as text
}

func (c Contradiction) String() string {
	return fmt.Sprintf("%s, %s\n  rule   %s\n  stage  %s\n  kernel %s", c.Program, c.Moment, c.Rule, c.Word, c.Fact)
}

// watch holds one run against the kernel. Its methods may be called from two
// goroutines: one that has the records, one that looks.
type watch struct {
	program   string
	strangers bool
	found     func(Contradiction)

	mu      sync.Mutex // guards what follows
	run     *launch.Run
	world   *world.Run
	process *process
	ledger  *ledger
	lost    uint64
	looked  int64 // the time of the last look, in ns of the run
	held    bool
	doubts  map[string]*doubt
	burns   map[string]*burn
	told    map[string]bool // contradictions that were reported
	samples int             // that counted
	words   int             // that were held against the kernel
}

// doubt is a word that the kernel contradicts for now.
type doubt struct {
	fact    string
	since   time.Time
	samples int
	looks   int // of the program, by then
}

// burn is for how long a thread was awake while the stage showed it at rest.
type burn struct {
	word    string
	since   time.Time
	at      int64 // the same, in ns of the run
	cpu     time.Duration
	awake   time.Duration
	samples int
	looks   int // of the program, by then
}

func newWatch(program string, strangers bool, found func(Contradiction)) *watch {
	return &watch{program: program, strangers: strangers, found: found, told: map[string]bool{}}
}

// begin follows a run from its start.
func (w *watch) begin(run *launch.Run) error {
	p, err := openProcess(run.Pid())
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.process != nil {
		w.process.close()
	}
	w.run, w.process, w.world, w.ledger = run, p, world.NewRun(run.Reader()), newLedger(run.Reader())
	w.doubts, w.burns, w.lost, w.held = map[string]*doubt{}, map[string]*burn{}, 0, false
	return nil
}

func (w *watch) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.process != nil {
		w.process.close()
	}
	w.process, w.run = nil, nil
}

// apply takes in the program's next records.
func (w *watch) apply(records []trace.Record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.take(records)
}

// take is apply for one that holds mu.
func (w *watch) take(records []trace.Record) {
	w.countLost()
	w.world.Apply(records)
	for i := range records {
		w.ledger.apply(w.world.Live, &records[i])
	}
}

var ink = theme.New(grid.TrueColor, theme.Dark, false)

// view is what the instrument would show now.
func (w *watch) view() *stage.View {
	now := max(w.run.Reader().Now(), w.world.Live.Time)
	v := &stage.View{Theme: ink, Lesson: w.program, Status: stage.Running, Run: w.world, World: w.world.Live.Clone(),
		Now: now, Live: now, Column: 20e6, Strangers: w.strangers, Lost: w.lost, Options: map[string]string{}}
	if w.held {
		v.Status = stage.Held
	}
	return v
}

// sample holds what the stage says now against the kernel. A word counts only if
// the kernel says the same before and after, and no record about its thread or fd
// lies between; about any, where it speaks of several.
//
// more brings the records that came meanwhile, as far as there are any; nil: they
// come by themselves, and then the sample counts only if there are none.
func (w *watch) sample(more func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.run == nil || w.world.Live.Records == 0 || w.world.Live.Ended {
		return
	}
	reader := w.run.Reader()
	begun, read := reader.Edge()
	w.countLost()
	if !read && more == nil {
		return
	}
	before := w.process.look()
	view := w.view()
	all := claims(view, w.ledger)
	stamps := make([]string, len(all))
	for i, c := range all {
		stamps[i] = w.stamp(c.Subject)
	}
	lost := w.lost
	after := w.process.look()
	w.countLost()
	again, _ := reader.Edge()
	still := read && again == begun
	if len(after.Threads) == 0 || w.lost != lost || !still && more == nil {
		return
	}
	if !still {
		// Only what was recorded until now is of interest, and it comes soon.
		caught := reader.Mark()
		for range 100 {
			if more(); caught() {
				break
			}
		}
		if !caught() {
			return
		}
	}
	w.samples++
	if still {
		w.ledger.meet(view.World, before)
	}
	seen := map[string]bool{}
	for i, c := range all {
		if still || stamps[i] != "" && stamps[i] == w.stamp(c.Subject) {
			w.words++
			w.weigh(c, before, after, view, seen)
		}
	}
	for key := range w.doubts {
		if !seen[key] {
			delete(w.doubts, key)
		}
	}
	w.atRest(before, view)
	w.plain(view)
}

// countLost tells the world, as the instrument does, of records that were lost: what they may have said,
// the stage does not claim.
func (w *watch) countLost() {
	if w.run == nil { // it is over
		return
	}
	lost, now := w.run.Reader().Lost(), w.run.Reader().Now()
	if lost != w.lost {
		w.lost, w.ledger.lostAt = lost, w.looked // or later
	}
	w.world.Lost(lost, now)
	w.looked = now
}

// weigh notes when a word is contradicted, and reports it when that lasts.
func (w *watch) weigh(c Claim, before, after Facts, v *stage.View, seen map[string]bool) {
	fact, ok := c.Check(before)
	again, still := c.Check(after)
	if ok || still || fact != again {
		return
	}
	key := c.Rule + " " + c.Subject
	seen[key] = true
	// A record about the thread or the fd makes another moment of it.
	about := fact + "\x00" + lasting(c.Word) + "\x00" + w.stamp(c.Subject)
	d := w.doubts[key]
	now := time.Now()
	if d == nil || d.fact != about {
		d = &doubt{fact: about, since: now, looks: w.ledger.looks}
		w.doubts[key] = d
	}
	d.samples++
	// A program that gets no processor can tell nothing: it must have looked, too.
	enough, looks := 2, 2
	if c.Patience == afterWatcher {
		enough, looks = 5, 8
	}
	if c.Patience > 0 && (d.samples < enough || w.ledger.looks-d.looks < looks) || now.Sub(d.since) < c.Patience {
		return
	}
	fact, _, _ = strings.Cut(fact, "\x00")
	w.report(c.Rule, c.Word, fmt.Sprintf("%s; so for %v, %d looks", fact, now.Sub(d.since).Round(time.Millisecond), d.samples), v)
}

func (w *watch) stamp(subject string) string {
	var n uint32
	if _, err := fmt.Sscanf(subject, "thread %d", &n); err == nil {
		return fmt.Sprint(" ", w.ledger.threads[n])
	}
	if _, err := fmt.Sscanf(subject, "fd %d", &n); err == nil {
		return fmt.Sprint(" ", w.ledger.fd(int32(n)).records)
	}
	return ""
}

// lasting is a word without what grows by itself: durations and bars.
var growing = regexp.MustCompile(`[\d.,]+ ?(ns|µs|us|ms|s|min)\b[ ▪]*|▪+`)

func lasting(word string) string { return growing.ReplaceAllString(word, "") }

// A thread that the stage shows at rest for so long must sleep, most of the time.
// One that has to wait for a processor does not sleep; but on a busy machine it may
// only be on its way to sleep, or not know yet that its wait is over. So it must have run, too, for
// a tenth of the time, and for a third of the time in which it was awake.
const (
	restFor  = 250 * time.Millisecond
	restMost = 0.5
	restRun  = 0.1
	restRan  = 1. / 3 // of the time in which it was awake

	spinLeast = 0.3 // of the time, a loop that spins must be awake: the stage says so for 0.1 s after it was
)

// atRest looks for threads that are drawn as waiting, blocked or held, and run; and for
// such as are said to spin, and sleep.
func (w *watch) atRest(f Facts, v *stage.View) {
	at := map[string]bool{}
	for i := range v.Run.Timeline.Lanes {
		lane := &v.Run.Timeline.Lanes[i]
		if lane.Thread == 0 || lane.Ended != 0 {
			continue
		}
		k := f.Threads[lane.Thread]
		subject := fmt.Sprintf("thread %d", lane.Thread)
		word := stage.LaneWord(v, lane)
		about := word
		switch word {
		case "blocked", "held", "sleeps":
			// One call after the other is not one long call.
			about += w.stamp(subject)
			fallthrough
		case "waits": // a loop that spins makes records, too
			key := "lane of " + subject
			at[key] = true
			wall, awake, cpu, since := w.burning(key, about, f.At, v.Now, k)
			if word == "waits" { // one wait after the other, maybe: what the lane shows between them is no rest
				rested := lane.Piece(since, v.Now)
				cpu -= float64(v.Now - since - rested.Lasted(world.Await))
			}
			if awake > restMost*wall && cpu > max(restRun*wall, restRan*awake) {
				w.report("at rest", fmt.Sprintf("the lane of %s %s: %s", subject, lane.Name, word), ranFor(wall, awake), v)
			}
		}
		t := v.World.ThreadByID(lane.Thread)
		if t == nil {
			continue
		}
		if rows := strings.Join(stage.ThreadWords(v, t), "\n"); spins.MatchString(rows) {
			key := subject + " spins"
			at[key] = true
			if wall, awake, _, _ := w.burning(key, "", f.At, v.Now, k); awake < spinLeast*wall {
				w.report("spins", rows, ranFor(wall, awake), v)
			}
		}
	}
	for key := range w.burns {
		if !at[key] {
			delete(w.burns, key)
		}
	}
}

// "spins 45,000/s", and no base of that name.
var spins = regexp.MustCompile(`  spins( [\d,]+/s)?(\n|$)`)

// burning returns, each time that a word has stood for long enough, for how long, how
// much of that the thread was awake, and ran, and since when, in ns of the run; else 0, and now.
func (w *watch) burning(key, word string, now time.Time, at int64, k Thread) (wall, awake, cpu float64, since int64) {
	b := w.burns[key]
	if b == nil || b.word != word {
		w.burns[key] = &burn{word: word, since: now, at: at, cpu: k.CPU, awake: k.Awake, looks: w.ledger.looks}
		return 0, 0, 0, at
	}
	b.samples++
	if stood := now.Sub(b.since); stood >= restFor && b.samples >= 8 && w.ledger.looks-b.looks >= 4 {
		delete(w.burns, key)
		return float64(stood), float64(k.Awake - b.awake), float64(k.CPU - b.cpu), b.at
	}
	return 0, 0, 0, at
}

func ranFor(wall, awake float64) string {
	return fmt.Sprintf("it has run, or waited for a processor, for %v of the last %v",
		time.Duration(awake).Round(time.Millisecond), time.Duration(wall).Round(time.Millisecond))
}

// Sentences that cannot be meant so, whatever the kernel says.
var slips = regexp.MustCompile(`\b1 (fds|bytes|clients|notifications|callbacks have)\b|\(1 fds\)|\bfor 0 ns\b`)

func (w *watch) plain(v *stage.View) {
	if w.samples%8 != 0 {
		return
	}
	frame := stage.Text(v, 120, 40)
	if m := slips.FindString(frame); m != "" {
		w.report("slip", m, "no such sentence", v)
	}
}

// report tells each contradiction once for each run of a program.
func (w *watch) report(rule, word, fact string, v *stage.View) {
	key := rule + lasting(numbers.ReplaceAllString(word, "N"))
	if w.told[key] {
		return
	}
	w.told[key] = true
	held := "running"
	if w.held {
		held = "held"
	}
	w.found(Contradiction{w.program, fmt.Sprintf("at %.3f s, %s", float64(v.Now)/1e9, held), rule, word, fact, w.lost, stage.Text(v, 140, 44)})
}

var numbers = regexp.MustCompile(`\d[\d,]*`)
