package terminal

import (
	"bytes"
	"testing"
)

// FuzzKeys: a read(2) may end anywhere in what a terminal sends. Whether Ctrl-C was
// pressed, outside of what is pasted, does not depend on where.
func FuzzKeys(f *testing.F) {
	for _, sent := range []string{"q", "\x1b", "\x03", "\x1b[200~qqq\x03\x1b[201~", "\x1b[200~\x1b[201~\x03", "\x1b[200~\x1b[200~\x1b[201~\x03\x1b[20", "\x1b[<0;1;1M\x03"} {
		for cut := range len(sent) {
			f.Add([]byte(sent), cut)
		}
	}
	f.Fuzz(func(t *testing.T, sent []byte, cut int) {
		cut = min(max(cut, 0), len(sent))
		var whole, parts quitKeys
		want := whole.in(sent) == leaves
		got := parts.in(sent[:cut]) == leaves
		got = parts.in(sent[cut:]) == leaves || got
		if got != want {
			t.Errorf("%q: Ctrl-C is found: %t; cut at %d: %t", sent, want, cut, got)
		}
		// In the simplest way: what is pasted is cut out, and then looked at.
		plain := false
		for rest := sent; ; {
			before, after, pasted := bytes.Cut(rest, []byte(pasteBegins))
			plain = plain || bytes.IndexByte(before, 0x03) >= 0
			if !pasted {
				break
			}
			if _, rest, pasted = bytes.Cut(after, []byte(pasteEnds)); !pasted {
				break
			}
		}
		if want != plain {
			t.Errorf("%q: Ctrl-C is found: %t", sent, want)
		}
	})
}
