package notes

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"path/filepath"
	"time"

	"fdlab/lab/litter"
)

// between is how long Listen waits before it looks for an instrument again.
const between = 300 * time.Millisecond

// heard is what came of the instrument: a word, or that there is none.
type heard struct {
	word *word // nil: no instrument runs in this clone
	err  error // why what runs there is not understood
}

// listen follows the instrument of the clone at root, for ever: one after the other.
// It hands on what it hears, and that there is nothing to hear.
func listen(root string, done <-chan struct{}, say func(heard)) {
	root = resolved(root)
	say(heard{})
	for {
		for _, dir := range litter.Living("", kind) {
			follow(filepath.Join(dir, socket), root, done, say)
		}
		select {
		case <-done:
			return
		case <-time.After(between):
		}
	}
}

// longestWord keeps what is no word of ours out of memory.
const longestWord = 1 << 16

// follow hands on the words of one instrument, if it is that of the clone, until it ends.
func follow(name, root string, done <-chan struct{}, say func(heard)) {
	c, err := net.DialTimeout("unix", name, patience)
	if err != nil {
		return
	}
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-done:
		case <-ended:
		}
		c.Close()
	}()
	lines := bufio.NewScanner(c)
	lines.Buffer(nil, longestWord)
	ours := false
	c.SetReadDeadline(time.Now().Add(patience)) // the first word comes at once
	for lines.Scan() {
		var w word
		if json.Unmarshal(lines.Bytes(), &w) != nil || w.Clone != root {
			return
		}
		c.SetReadDeadline(time.Time{})
		ours = true
		if w.Version != version {
			say(heard{err: fmt.Errorf("the instrument speaks version %d, these notes version %d: start both anew", w.Version, version)})
			continue
		}
		say(heard{word: &w})
	}
	if ours {
		say(heard{})
	}
}
