package ending

import (
	"fmt"

	"fdlab/tui/player"
)

// Prove shows the moment that proves the selected check: with its question, if the program
// has marked it. Where the program does not say when that was, it shows where the check's step
// begins. It returns what is to be said of that.
func (v *View) Prove(p *player.Player) (words string, order player.Order) {
	checks, steps := v.World.ByWeight(), v.World.Steps
	if v.Selected >= len(checks) {
		return "", player.Nothing
	}
	switch c := &checks[v.Selected]; {
	case c.Proof > 0:
		words = "This is the moment that the check rests on. end: back to the result"
		for i := range v.World.Moments {
			if v.World.Moments[i].At == c.Proof {
				return words, p.ToMoment(i)
			}
		}
		return words, p.Seek(0, c.Proof)
	case c.Step >= 1 && c.Step <= len(steps):
		return fmt.Sprintf("The check is about step %d as a whole: here it begins. end: back to the result", c.Step),
			p.Seek(0, steps[c.Step-1].At)
	}
	return "The check is about the whole run: there is no one moment to show. space replays it.", player.Nothing
}
