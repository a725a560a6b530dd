package stage

import "fdlab/tui/grid"

// DrawPair draws two runs side by side, where LayoutOfPair says. A nil view
// leaves its half empty. The row of the keys is the first view's.
func DrawPair(r grid.Region, pair [2]*View, layouts [2]Layout) {
	keys := false
	for i, view := range pair {
		if view == nil {
			continue
		}
		v := &scene{View: view, Theme: inkOf(view.Theme)}
		drawPanels(r, v, &layouts[i])
		if !keys {
			drawKeys(layouts[i].Keys.In(r), v)
		}
		keys = true
	}
}
