package viewer

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/chrome"
	"fdlab/tui/ending"
	"fdlab/tui/grid"
	"fdlab/tui/keys"
	"fdlab/tui/page"
	"fdlab/tui/player"
	"fdlab/tui/stage"
	"fdlab/tui/theme"
)

// class is what a viewer has of an instructor's instrument, where it shows that and no
// recording.
type class struct {
	page    Lesson // whose page the instructor has; the zero Lesson: none
	place   Place
	said    map[string]string // what was predicted, by lesson
	vote    string            // of it, to be sent; or ""
	number  int               // of the run
	growing *trace.Growing    // nil: there was no run yet
	follows bool              // the playhead goes with the instructor's
	asked   bool              // the instructor's screen has the question
	away    bool              // nothing can be heard
	over    bool              // the run
	shared  uint64            // records that are lost to all
	own     uint64            // and to this viewer
}

// Place is what the instructor's screen shows.
type Place struct {
	Screen   string       // "home", "lesson", "stage", "ending" ...
	Asked    bool         // the question of the lesson
	Run      int          // the number of the run on the stage; 0: none
	Now      int64        // ns that the run has lasted so far
	At       int64        // the moment of it that is shown
	State    player.State // how the playhead stands there
	Moment   string       // the key of the moment at which it stands, or ""
	Number   int          // of that moment, from 1
	Answered bool         // its answer is shown
}

// Begun is a run that another instrument shows.
type Begun struct {
	Number int
	Lesson Lesson
	Head   string // the first line of its recording
}

// Progress is how far a run has come with some of its records.
type Progress struct {
	Now  int64  // ns of its clock
	Lost uint64 // records that are lost to all, until then
	Over bool   // nothing more will come
}

// Attend returns a viewer of what an instructor shows. Hear gives it the news.
func Attend(th *theme.Theme) *Viewer {
	v := &Viewer{Theme: th, w: stage.LeastWidth, h: stage.LeastHeight, class: &class{follows: true, said: map[string]string{}}}
	v.tables.question, v.tables.stage, v.tables.ending = attending(questionKeys()), attending(stageKeys()), attending(endingKeys())
	v.begin(Lesson{}, world.NewRun(trace.NewGrowing()))
	return v
}

// begin shows another run, from its first record on.
func (v *Viewer) begin(l Lesson, run *world.Run) {
	old := v.Player
	v.Player, v.lesson, v.run = player.New(1, 20e6), l, run
	v.ZoomLike(old)
	v.look, v.ending = stage.Look{}, ending.State{}
	v.Tracks[0].Begin(run)
}

// Hear takes a piece of news, by the name that it was sent with.
func (v *Viewer) Hear(name, data string) error {
	c := v.class
	switch name {
	case "lesson":
		c.page, v.asksTop = Lesson{}, 0
		if err := json.Unmarshal([]byte(data), &c.page); err != nil {
			return err
		}
	case "run":
		var b Begun
		if err := json.Unmarshal([]byte(data), &b); err != nil {
			return err
		}
		c.growing, c.number, c.over, c.shared, c.own = trace.NewGrowing(), b.Number, false, 0, 0
		if _, err := c.growing.Read([]byte(b.Head)); err != nil {
			return err
		}
		v.begin(b.Lesson, world.NewRun(c.growing))
		v.lost, v.leftOut = 0, c.growing.LeftOut
	case "records":
		return v.hearRecords(data)
	case "lost":
		n, err := strconv.ParseUint(data, 10, 64)
		if err != nil {
			return err
		}
		c.own = n
		v.hearLost(v.Length())
	case "place":
		c.place = Place{}
		if err := json.Unmarshal([]byte(data), &c.place); err != nil {
			return err
		}
		if c.place.Run == c.number && !c.over {
			v.Tracks[0].Grow(c.place.Now)
		}
		v.goAlong()
	case "away":
		c.away = true
	case "back":
		c.away = false
	}
	return nil
}

// mostPiece is how long a piece of records may be, unpacked.
const mostPiece = 16 << 20

// hearRecords takes a Progress without blanks, and the lines of records that led there.
func (v *Viewer) hearRecords(data string) error {
	c := v.class
	head, packed, _ := strings.Cut(data, " ")
	var p Progress
	if err := json.Unmarshal([]byte(head), &p); err != nil {
		return err
	}
	zip, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(packed)))
	if err != nil {
		return err
	}
	var lines bytes.Buffer
	if _, err := io.Copy(&lines, io.LimitReader(zip, mostPiece)); err != nil {
		return err
	}
	if c.growing == nil {
		return nil
	}
	records, err := c.growing.Read(lines.Bytes())
	if err != nil {
		return err
	}
	c.shared = p.Lost
	v.hearLost(p.Now)
	v.Apply(v.Tracks[0], records)
	if v.Tracks[0].Grow(p.Now); p.Over && !c.over {
		c.over = true
		v.Tracks[0].EndAt(p.Now)
		v.End()
	}
	v.goAlong()
	return nil
}

// hearLost counts the records that this viewer does not have.
func (v *Viewer) hearLost(now int64) {
	v.lost = v.class.shared + v.class.own
	v.run.Lost(v.lost-min(v.leftOut, v.lost), now)
}

// goAlong puts the playhead where the instructor's is, unless the viewer has gone elsewhere. A
// question calls those back, too, until it is over or they go on: all are to predict.
func (v *Viewer) goAlong() {
	c := v.class
	p := &c.place
	asked := p.Asked && c.page.Question != ""
	if c.follows || asked != c.asked {
		v.asks = asked
	}
	c.asked = asked
	if !c.follows || v.asks || p.Run != c.number {
		return
	}
	moments := v.run.Live.Moments
	switch n := p.Number - 1; {
	case n >= 0 && n < len(moments) && moments[n].Key == p.Moment:
		i, answered, ok := v.Standing()
		if !ok || i != n || answered && !p.Answered {
			v.ToMoment(n)
			answered = false
		}
		if p.Answered && !answered {
			v.Toggle()
		}
	case p.State == player.Live || p.State == player.Held || p.State == player.Ended:
		v.ToEnd()
	default:
		v.Seek(0, p.At)
	}
}

// where is what the viewer has chosen to see.
type where struct {
	state  player.State
	now    int64
	moment int
	answer bool
	asks   bool
}

func (v *Viewer) where() where {
	w := where{state: v.State(), now: v.Now(), asks: v.asks}
	w.moment, w.answer, _ = v.Standing()
	return w
}

// byHand does something for a person. Whoever moves the playhead goes on alone from there.
func (v *Viewer) byHand(what func()) {
	before, followed := v.where(), v.class != nil && v.class.follows
	what()
	if followed && v.where() != before {
		v.class.follows = false
	}
}

// join goes with the instructor again.
func (v *Viewer) join() {
	v.class.follows = true
	if v.IsGuided() {
		v.ToggleGuide()
	}
	v.goAlong()
}

// attending are keys of a viewer in a class.
func attending(keysOfAll table) table {
	return append(table{{Names: []string{"J"}, Sign: "J", Do: do((*Viewer).join), Help: "goes with the instructor again: what their stage shows, yours does. Whoever moves the playhead goes on alone from there",
		Now: func(v *Viewer) (h keys.Hint) {
			if !v.class.follows {
				h.Does = "follow the instructor"
			}
			return h
		}}}, keysOfAll...)
}

// cannotHold says why space does not hold the run.
func (v *Viewer) cannotHold() {
	if v.class == nil {
		return
	}
	if v.State() == player.Past {
		v.ToEnd()
		return
	}
	v.message = "Only the instructor can hold the run. ← looks back, for you alone."
}

// Vote is the latest prediction, to be sent: the lesson and the letter; "": there is none, or it
// was sent.
func (v *Viewer) Vote() string {
	if v.class == nil || v.class.vote == "" {
		return ""
	}
	vote := v.class.vote
	v.class.vote = ""
	return vote
}

// questioned is the lesson whose question is asked.
func (v *Viewer) questioned() *Lesson {
	if v.class != nil {
		return &v.class.page
	}
	return &v.lesson
}

// prediction is what the reader has said of the question that is asked.
func (v *Viewer) prediction() string {
	if v.class != nil {
		return v.class.said[v.class.page.Slug]
	}
	return v.predicted
}

// predictedOfRun is what the reader has said of the run that is shown.
func (v *Viewer) predictedOfRun() string {
	if v.class != nil {
		return v.class.said[v.lesson.Slug]
	}
	return v.predicted
}

// live says how a run stands that goes on.
func (v *Viewer) live() (stage.Status, string) {
	switch c := v.class; {
	case v.run.Live.Records == 0:
		return stage.Starting, "The program runs. It has not recorded anything yet."
	case c.place.Run == c.number && c.place.State == player.Held:
		return stage.Held, ""
	}
	return stage.Running, ""
}

// predict takes the letter of an option.
func (v *Viewer) predict(letter string) {
	v.predicted = letter
	if c := v.class; c != nil {
		c.said[c.page.Slug] = letter
		c.vote = c.page.Slug + " " + letter
	}
}

// waits reports whether there is nothing to be seen of a run yet.
func (v *Viewer) waits() bool { return v.class != nil && v.class.growing == nil && !v.asks }

// drawWaiting says so.
func (v *Viewer) drawWaiting(r grid.Region) {
	th, c := v.Theme, v.class
	chrome.Title(r, th, v.title(), "")
	in := r.Sub(chrome.Margin, 2, min(r.W-2*chrome.Margin, 100), r.H-3)
	y := 0
	if c.page.Title != "" {
		y = page.Wrap(in, y, th.Style(theme.Strong), c.page.Title) + 1
		y = page.Wrap(in, y, th.Style(theme.Text), c.page.Claim) + 1
	}
	page.Wrap(in, y, th.Style(theme.Faint), "The instructor has not run anything yet. When they do, the run is shown here.")
	chrome.Keys(r.Sub(0, r.H-1, r.W, 1), th, v.now())
}

// classTitle is what stands on top in a class.
func (v *Viewer) classTitle() string {
	c := v.class
	title := v.lesson.Title
	if v.asks || title == "" {
		title = c.page.Title
	}
	if title == "" {
		title = "a class"
	}
	switch {
	case c.away:
		return title + " · no connection to the class"
	case c.follows:
		return title + " · with the instructor"
	}
	return title + " · on your own"
}
