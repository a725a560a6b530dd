package viewer

import (
	"slices"
	"strconv"

	"fdlab/tui/ending"
	"fdlab/tui/grid"
	"fdlab/tui/inspect"
	"fdlab/tui/keys"
	"fdlab/tui/player"
	"fdlab/tui/stage"
)

// A press changes the viewer, and nothing comes of it.
type (
	done  struct{}
	table = keys.Table[*Viewer, done]
	row   = keys.Key[*Viewer, done]
)

func do(what func(*Viewer)) func(*Viewer) done {
	return func(v *Viewer) done { what(v); return done{} }
}

func always(does string) func(*Viewer) keys.Hint { return keys.Always[*Viewer](does) }

// played are keys of the player. There is no program that its orders could reach.
func played(of keys.Table[*player.Player, player.Order]) table {
	return keys.Lift(of, func(v *Viewer) (*player.Player, bool) { return v.Player, true },
		func(v *Viewer, do func(*player.Player) player.Order) done {
			if do(v.Player) == player.CannotHold {
				v.cannotHold()
			}
			return done{}
		})
}

// playheadKeys are the keys of the playhead, by their weight.
var playheadKeys = slices.Concat(played(player.Keys[:1]), played(player.Guide[:2]), played(player.Keys[1:]), played(player.Guide[2:]))

// last are the help, and the way back to the question. They stand at the right.
func last() table {
	return table{
		{Names: []string{"?"}, Sign: "?", Now: always("help"), Help: "explains the screen", Do: do(func(v *Viewer) { v.help, v.helpTop = true, 0 })},
		{Names: []string{"q"}, Sign: "q", Now: func(v *Viewer) keys.Hint {
			if v.questioned().Question == "" || v.asks {
				return keys.Hint{}
			}
			return keys.Hint{Does: "question"}
		}, Help: "back to the claim and the question", Do: do(func(v *Viewer) { v.asks = v.questioned().Question != "" })},
	}
}

func questionKeys() table {
	return slices.Concat(table{
		{Names: []string{"enter", " "}, Sign: "enter", Now: always("to the run"), Help: "shows the run", Do: do((*Viewer).Begin)},
		{Names: []string{"down", "j"}, Sign: "↑↓", Help: "scroll what is longer than the screen (k and j, too; or the wheel)", Do: do(func(v *Viewer) { v.scrollQuestion(1) }),
			Now: func(v *Viewer) (h keys.Hint) {
				if v.questionBelow() > 0 {
					h.Does = "scroll"
				}
				return h
			}},
		{Names: []string{"up", "k"}, Do: do(func(v *Viewer) { v.scrollQuestion(-1) })},
		{Names: []string{"pgdown", "ctrl+d"}, Do: do(func(v *Viewer) { v.scrollQuestion(10) })},
		{Names: []string{"pgup", "ctrl+u"}, Do: do(func(v *Viewer) { v.scrollQuestion(-10) })},
		{Sign: "a letter", Now: always("predicts"), Help: "what you say the run will show; a click, too"},
	}, last())
}

func stageKeys() table { return slices.Concat(playheadKeys, lookKeys(), digits(), last()) }

// onStage is the stage, for the keys that look closer at it.
type onStage struct{ *Viewer }

func (v onStage) Player() *player.Player             { return v.Viewer.Player }
func (v onStage) Look() *stage.Look                  { return &v.look }
func (v onStage) Shown() (*stage.View, stage.Layout) { return v.shown() }
func (v onStage) Size() (w, h int)                   { return v.w, v.h }
func (v onStage) Shares() inspect.Sharing            { return inspect.Alone }
func (v onStage) Filter()                            { v.filters = true }
func (v onStage) Say(words string)                   { v.message = words }

// lookKeys are what a person does to the stage itself.
func lookKeys() table {
	return append(keys.Lift(inspect.Keys, func(v *Viewer) (inspect.Stage, bool) { return onStage{v}, true },
		func(v *Viewer, do func(inspect.Stage) player.Order) done { do(onStage{v}); return done{} }),
		row{Names: []string{"esc"}, Sign: "esc", Help: "takes back, one after the other: full screen, filter, selection",
			Do: do(func(v *Viewer) { v.look.StepBack() })})
}

// digits explain the warnings of the stage.
func digits() (rows table) {
	for d := range 10 {
		digit := strconv.Itoa(d)
		k := row{Names: []string{digit}, Do: do(func(v *Viewer) {
			if _, _, ok := stage.Explain(digit); ok {
				v.explain = digit
			}
		})}
		if d == 0 {
			k.Sign, k.Help = "a digit", "explains the warning that it stands at"
		}
		rows = append(rows, k)
	}
	return rows
}

func endingKeys() table {
	return slices.Concat(
		table{
			{Names: []string{"enter"}, Sign: "enter", Do: do((*Viewer).prove), Help: "shows the moment that proves the check; where none does, the beginning of its step",
				Now: func(v *Viewer) (h keys.Hint) {
					if len(v.run.Live.Checks) > 0 {
						h.Does = "show it"
					}
					return h
				}},
			{Names: []string{"up", "k"}, Sign: "↑↓", Now: always("checks"), Help: "choose a check, scroll (k and j, too)", Do: do(func(v *Viewer) { v.moveEnding(-1) })},
			{Names: []string{"down", "j"}, Do: do(func(v *Viewer) { v.moveEnding(1) })},
		},
		playheadKeys, last())
}

// keys are those of what is shown.
func (v *Viewer) keys() table {
	switch {
	case v.asks:
		return v.tables.question
	case v.atItsEnd():
		return v.tables.ending
	}
	return v.tables.stage
}

// now are the keys that are offered at this moment.
func (v *Viewer) now() []keys.Hint {
	all := v.keys().Now(v)
	if stage.IsSmall(v.w, v.h) {
		return keys.Second(all, inspect.NextPanel) // the way to the other panels must find room
	}
	return all
}

// Key takes a press, by the name that a terminal gives it: "left", "h", " ". It reports
// whether the viewer has a use for it.
func (v *Viewer) Key(name string) (used bool) {
	v.byHand(func() { used = v.key(name) })
	return used
}

func (v *Viewer) key(name string) bool {
	v.message = ""
	switch {
	case v.filters:
		v.filters = v.look.TypeFilter(name)
		return true
	case v.help:
		v.keyHelp(name)
		return true
	case v.explain != "":
		v.explain = ""
		return true
	case v.asks && v.choose(name):
		return true
	}
	_, ok := v.keys().Do(v, name)
	return ok
}

func (v *Viewer) shown() (*stage.View, stage.Layout) {
	s := v.view()
	return s, stage.LayoutOf(v.w, v.h, s)
}

// Click shows the moment, or selects what stands, where the screen was clicked.
func (v *Viewer) Click(x, y int) { v.byHand(func() { v.click(x, y) }) }

func (v *Viewer) click(x, y int) {
	v.message = ""
	switch {
	case v.help, v.explain != "":
		v.help, v.explain = false, ""
	case v.asks:
		for i, place := range v.drawQuestion(grid.New(v.w, v.h).Region()) {
			if place.Has(x, y) {
				v.predict(v.questioned().Options[i].Letter)
			}
		}
	case v.atItsEnd():
		v.changeEnding(func(e *ending.View) { e.Click(x, y, v.w, v.h) })
	default:
		s, l := v.shown()
		if s.SelectAt(&l, x, y) {
			v.look = s.Look
			return
		}
		v.scrub(s, &l, x, y)
	}
}

// Drag moves the playhead along the time panel, while the pointer is down.
func (v *Viewer) Drag(x, y int) {
	if v.covered() || v.atItsEnd() {
		return
	}
	s, l := v.shown()
	v.byHand(func() { v.scrub(s, &l, x, y) })
}

func (v *Viewer) scrub(s *stage.View, l *stage.Layout, x, y int) {
	if at, ok := l.MomentAt(s, x, y); ok {
		v.Seek(0, at)
	}
}

// Wheel scrolls what stands at a cell.
func (v *Viewer) Wheel(rows, x, y int) {
	switch {
	case v.help:
		v.scrollHelp(rows)
	case v.asks:
		v.scrollQuestion(rows)
	case v.covered():
	case v.atItsEnd():
		v.changeEnding(func(e *ending.View) { e.Scroll(rows, v.w, v.h) })
	default:
		s, l := v.shown()
		if p := l.PanelAt(x, y); p != stage.NoPanel {
			s.ScrollBy(p, rows, &l)
			v.look = s.Look
		}
	}
}

func (v *Viewer) changeEnding(change func(*ending.View)) {
	e := v.endingView()
	change(e)
	v.ending = e.State
}

func (v *Viewer) moveEnding(by int) {
	v.changeEnding(func(e *ending.View) { e.Move(by, v.w, v.h) })
}

// prove shows the moment that proves the selected check; where none does, its step.
func (v *Viewer) prove() { v.message, _ = v.endingView().Prove(v.Player) }
