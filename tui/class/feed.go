package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"fdlab/lab/course"
	"fdlab/lab/trace"
	"fdlab/tui/app"
	"fdlab/tui/class/audience"
	"fdlab/tui/export"
	"fdlab/tui/player"
	"fdlab/tui/viewer"
)

// How much of a run goes to the browsers. A lesson makes some thousand records a second; of
// a flood the browsers get this much, and the number of the records that they do not get.
const (
	between   = time.Second / 30
	clockOnly = 3       // of these, where nothing but the clock has gone on
	mostSent  = 2000    // records at once
	mostQueue = 1 << 16 // and that wait for it: 4 MiB
)

// feed is an app.Onlooker: it takes what the instrument shows, and a goroutine of its own
// gives it to the room.
type feed struct {
	room    *audience.Room
	course  *course.Catalogue
	payload bool // bytes that other programs than the lessons' read and write are shown

	mu    sync.Mutex // guards what the instrument has told:
	begun *app.Onstage
	fresh bool // it has not been sent yet
	queue []trace.Record
	spare []trace.Record  // takes the place of a queue that was sent
	texts texts           // that are new
	known map[uint32]bool // numbers of all texts of the run
	latest
	place app.Place

	// What the goroutine has.
	run     int // the number of the run that was sent
	encoder *trace.Encoder
	lines   bytes.Buffer
	all     texts
	lesson  string
	shown   viewer.Place
	skipped int // frames
}

// latest is how far the run has come.
type latest struct {
	now     int64
	lost    uint64
	dropped uint64 // records that found no room here
	over    bool
	ended   bool // that was sent
}

// texts are the strings of a run.
type texts map[uint32]string

func (t texts) String(id uint32) string { return t[id] }

func newFeed(room *audience.Room, c *course.Catalogue, payload bool) *feed {
	return &feed{room: room, course: c, payload: payload, texts: texts{}, known: map[uint32]bool{}}
}

// Began says which run is on the stage. One that has left it stays with the students.
func (f *feed) Began(run *app.Onstage) {
	if run == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.begun, f.fresh = run, true
	f.queue, f.texts, f.known, f.latest = nil, texts{}, map[uint32]bool{}, latest{}
}

// Recorded keeps copies, as many as have room.
func (f *feed) Recorded(b app.Batch) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := min(len(b.Records), mostQueue-len(f.queue))
	for i := range b.Records[:n] {
		r := b.Records[i]
		if f.hides() && r.Bytes > 0 {
			r.Bytes, r.C, r.D = 0, 0, 0
		}
		if r.Str != 0 && !f.known[r.Str] {
			f.known[r.Str] = true
			f.texts[r.Str] = strings.Clone(b.Strings.String(r.Str)) // it lies in the run's memory
		}
		f.queue = append(f.queue, r)
	}
	f.dropped += uint64(len(b.Records) - n)
	f.now, f.lost, f.over = b.Now, b.Lost, b.Over
}

// hides reports whether the bytes of the run are nobody's but the program's: a lesson has
// written its own, to be seen.
func (f *feed) hides() bool { return !f.payload && f.begun != nil && f.begun.Lesson.Number == 0 }

// Shown keeps what is shown.
func (f *feed) Shown(p app.Place) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.place = p
}

// Votes are the room's.
func (f *feed) Votes(lesson string) *course.Votes { return f.room.Votes(lesson) }

// send goes on until the class is over. A fault of its own ends nothing but itself.
func (f *feed) send(over <-chan struct{}) {
	defer func() { recover() }()
	tick := time.NewTicker(between)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			f.step()
		case <-over:
			return
		}
	}
}

// step gives the room what is new since the last one.
func (f *feed) step() {
	f.mu.Lock()
	begun, fresh, place, at := f.begun, f.fresh, f.place, f.latest
	n := min(len(f.queue), mostSent)
	records, more := f.queue[:n], len(f.queue) > n
	if f.queue = f.queue[n:]; !more {
		f.queue, f.spare = f.spare, nil
		if cap(records) <= 2*mostSent {
			f.spare = records[:0] // for the next but one: these are still to be sent
		}
		f.ended = f.over
	}
	found := f.texts
	f.texts, f.fresh = texts{}, false
	f.mu.Unlock()

	news := f.lead(place.Lesson)
	if fresh {
		f.begin(begun)
		news = true
	}
	for id, text := range found {
		f.all[id] = text
	}
	if ends := at.over && !at.ended && !more; len(records) > 0 || ends {
		now := at.now
		if more {
			now = records[n-1].Time
		}
		f.encoder.Encode(records) // into memory: it cannot fail
		f.room.Records(n, line(viewer.Progress{Now: now, Lost: at.lost + at.dropped, Over: ends}), f.lines.Bytes())
		f.lines.Reset()
		news = true
	}
	if f.stand(place, at.now, more) || news {
		f.room.Flush()
	}
}

// line is a value as JSON in one line without blanks between.
func line(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // it has no such value
	}
	return text
}

// lead says which lesson is shown, if it is another one.
func (f *feed) lead(slug string) (news bool) {
	if slug == f.lesson {
		return false
	}
	f.lesson = slug
	words := viewer.Lesson{}
	if slug != "" {
		words = export.Words(f.course, slug)
	}
	var letters []string
	for _, o := range words.Options {
		letters = append(letters, o.Letter)
	}
	f.room.Lesson(slug, letters, line(words))
	return true
}

// begin begins another run.
func (f *feed) begin(run *app.Onstage) {
	f.lines.Reset()
	f.all = texts{}
	f.encoder, _ = trace.NewEncoder(&f.lines, f.all, run.Header) // into memory
	words := viewer.Lesson{Title: run.Lesson.Title}
	if run.Lesson.Number > 0 {
		words = export.Words(f.course, run.Lesson.Slug)
	}
	f.run = run.Number
	f.room.Run(line(viewer.Begun{Number: run.Number, Lesson: words, Head: f.lines.String()}))
	f.lines.Reset()
}

// stand says what is shown, if that is something else. Where only the clock has gone on, that
// need not be told so often. behind: there are records still to be sent.
func (f *feed) stand(p app.Place, now int64, behind bool) (news bool) {
	to := viewer.Place{
		Screen: p.Screen, Asked: p.Section == course.KeyPredict,
		Run: p.Run, At: p.At, State: p.State, Moment: p.Moment, Number: p.Number, Answered: p.Answered,
	}
	if !behind && p.Run == f.run {
		to.Now = now
	}
	same := f.shown
	if same.Now, same.At = to.Now, to.At; same == to && to.State == player.Live {
		if f.skipped++; f.skipped < clockOnly {
			return false
		}
	}
	if to == f.shown {
		return false
	}
	f.shown, f.skipped = to, 0
	f.room.Place(line(to))
	return true
}
