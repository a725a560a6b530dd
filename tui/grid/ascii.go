package grid

// toASCII stands in for a rune on a terminal that knows only ASCII. The
// theme's glyphs have ASCII forms of their own; this is for the text of
// lessons, their diagrams and what comes from outside.
func toASCII(r rune) byte {
	found, odd := false, false
	for _, c := range pairs {
		if odd = !odd; odd {
			found = c == r
		} else if found {
			return byte(c)
		}
	}
	switch {
	case 0x2500 <= r && r <= 0x257F:
		return '+'
	case 0x2580 <= r && r <= 0x259F:
		return '#'
	}
	return '?'
}

// pairs holds runes, each followed by its stand-in.
const pairs = "─-━-═-╌-┄-┈-│|┃|║|╎|┆|┊|" +
	"‐-‑-‒-–-—-−-‘'’'‚'“\"”\"„\"•*·.…~" +
	"←<→>↑^↓v↔-⇐<⇒>▶>◀<▲^▼v►>◄<■#□#●o○o◌o◆O◇O" +
	"×x÷/≤<≥>≠!≈~µuμu«<»>✓+✗x" +
	"▁_▂.▃:▄-▅=▆+▇*█#▐[▌]，,。.：:；;！!？?（(）)、,"
