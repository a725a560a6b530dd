package trace

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// pair is one "key": value of a line. Lines are flat: a value is a number or
// a text.
type pair struct {
	key    string
	text   string
	number int64
	isText bool
}

// line takes a JSON object apart. encoding/json would do, at ten times the
// price: a recording has millions of lines.
type line struct {
	rest  []byte
	pairs []pair
	words map[string]string // texts seen before: keys and names come again and again
}

// What is kept of the texts: so many, none longer than that.
const (
	mostWords   = 4096
	longestWord = 256
)

var errNotObject = errors.New("not a JSON object on one line")

// parse fills pairs; they hold until the next parse.
func (l *line) parse(b []byte) error {
	l.rest, l.pairs = b, l.pairs[:0]
	if !l.take('{') {
		return errNotObject
	}
	for first := true; !l.take('}'); first = false {
		if !first && !l.take(',') {
			return errNotObject
		}
		key, err := l.text()
		if err != nil {
			return err
		}
		if !l.take(':') {
			return fmt.Errorf("no value for %q", key)
		}
		p := pair{key: key}
		for _, earlier := range l.pairs {
			if earlier.key == key {
				return fmt.Errorf("two values for %q", key)
			}
		}
		l.space()
		if len(l.rest) > 0 && l.rest[0] == '"' {
			p.isText = true
			p.text, err = l.text()
		} else {
			p.number, err = l.number()
		}
		if err != nil {
			return fmt.Errorf("the value of %q: %w", key, err)
		}
		l.pairs = append(l.pairs, p)
	}
	if l.space(); len(l.rest) > 0 {
		return fmt.Errorf("more after the object: %.20q", l.rest)
	}
	return nil
}

func (l *line) space() {
	for len(l.rest) > 0 && (l.rest[0] == ' ' || l.rest[0] == '\t' || l.rest[0] == '\r' || l.rest[0] == '\n') {
		l.rest = l.rest[1:]
	}
}

func (l *line) take(c byte) bool {
	l.space()
	if len(l.rest) == 0 || l.rest[0] != c {
		return false
	}
	l.rest = l.rest[1:]
	return true
}

func (l *line) text() (string, error) {
	if l.space(); len(l.rest) == 0 || l.rest[0] != '"' {
		return "", errNotObject
	}
	escaped := false
	for i := 1; i < len(l.rest); i++ {
		switch c := l.rest[i]; {
		case c == '\\':
			escaped = true
			i++
		case c < ' ':
			return "", errors.New("a control character in a text")
		case c == '"':
			raw := l.rest[:i+1]
			l.rest = l.rest[i+1:]
			if !escaped {
				return l.word(raw[1:i]), nil
			}
			var s string
			err := json.Unmarshal(raw, &s)
			return s, err
		}
	}
	return "", errors.New("a text without its closing quote")
}

// word returns the same string for the same bytes, without making it twice.
func (l *line) word(b []byte) string {
	if s, ok := l.words[string(b)]; ok { // no copy is made for a look-up
		return s
	}
	s := string(b)
	if l.words == nil {
		l.words = map[string]string{}
	}
	if len(l.words) < mostWords && len(s) <= longestWord {
		l.words[s] = s
	}
	return s
}

func (l *line) number() (int64, error) {
	end := 0
	for end < len(l.rest) && (l.rest[end] == '-' || l.rest[end] >= '0' && l.rest[end] <= '9') {
		end++
	}
	n, err := strconv.ParseInt(string(l.rest[:end]), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("neither a text nor a whole number: %.20q", l.rest)
	}
	l.rest = l.rest[end:]
	return n, nil
}
