package trace

import (
	"io"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"
)

// A recording is a text file of JSON Lines: a header, a line for each record,
// and a last line that says how many there are. docs/trace.md describes it.

// Header is the first line of a recording.
type Header struct {
	Program string    // what ran
	Started time.Time // the wall clock at time 0
	LeftOut uint64    // of the records that are counted as lost, so many were left out on purpose, to make the file smaller
}

// Encoder writes records as a recording. It is for one goroutine at a time.
type Encoder struct {
	w       io.Writer
	strings Strings
	quoted  map[uint32]string // strings as they stand in the file
	buf     []byte
	records uint64
	damaged uint64
	lost    uint64
	err     error // the first error of w: nothing is written after it
}

// NewEncoder writes the header of a recording to w. strings knows the texts of
// the records that will come. The caller keeps w, and ends with Close.
func NewEncoder(w io.Writer, strings Strings, h Header) (*Encoder, error) {
	e := &Encoder{w: w, strings: strings, quoted: map[uint32]string{}}
	e.buf = append(e.buf, `{"fdlab-trace":`...)
	e.buf = strconv.AppendInt(e.buf, Version, 10)
	e.buf = append(e.buf, `,"program":`...)
	e.buf = appendQuoted(e.buf, h.Program)
	e.buf = append(e.buf, `,"started":`...)
	e.buf = appendQuoted(e.buf, h.Started.UTC().Format(time.RFC3339Nano))
	if h.LeftOut > 0 {
		e.buf = append(e.buf, `,"left-out":`...)
		e.buf = strconv.AppendUint(e.buf, h.LeftOut, 10)
	}
	e.buf = append(e.buf, "}\n"...)
	return e, e.flush()
}

// Encode writes records, in one write. A record of no known kind, which only
// a crashed program's memory can hold, is counted as lost.
func (e *Encoder) Encode(records []Record) error {
	for i := range records {
		r := &records[i]
		if r.Kind == None || r.Kind >= kinds {
			e.damaged++
			continue
		}
		e.buf = e.append(e.buf, r)
		e.records++
	}
	return e.flush()
}

// Lost says how many records were lost so far; a line says so where the number
// has grown.
func (e *Encoder) Lost(n uint64) error {
	if n += e.damaged; n <= e.lost {
		return e.err
	}
	e.lost = n
	e.buf = append(e.buf, `{"lost":`...)
	e.buf = strconv.AppendUint(e.buf, n, 10)
	e.buf = append(e.buf, "}\n"...)
	return e.flush()
}

// Close writes the last line. lost is as in Lost. It does not close w.
func (e *Encoder) Close(lost uint64) error {
	e.buf = append(e.buf, `{"records":`...)
	e.buf = strconv.AppendUint(e.buf, e.records, 10)
	e.buf = append(e.buf, `,"lost":`...)
	e.buf = strconv.AppendUint(e.buf, max(e.lost, lost+e.damaged), 10)
	e.buf = append(e.buf, "}\n"...)
	return e.flush()
}

func (e *Encoder) flush() error {
	if e.err == nil && len(e.buf) > 0 {
		_, e.err = e.w.Write(e.buf)
	}
	e.buf = e.buf[:0]
	return e.err
}

// append writes one record by its kind's form: only the fields that mean
// something there.
func (e *Encoder) append(b []byte, r *Record) []byte {
	f := &forms[r.Kind]
	b = append(b, `{"kind":"`...)
	b = append(b, f.name...)
	b = append(b, '"')
	b = appendField(b, "seq", int64(r.Seq))
	b = appendField(b, "t", r.Time)
	b = appendField(b, "thread", int64(r.Thread))
	if r.FD != NoFD {
		b = appendField(b, "fd", int64(r.FD))
	}
	if r.Base != 0 {
		b = appendField(b, "base", int64(r.Base))
	}
	if f.str != "" {
		b = appendKey(b, f.str)
		b = append(b, e.quote(r.Str)...)
	}
	b = appendField(b, f.a, r.A)
	b = appendField(b, f.b, r.B)
	if r.Bytes > 0 {
		var data [16]byte
		b = appendKey(b, "data")
		b = appendBytes(b, r.Data(data[:0]))
	} else {
		b = appendField(b, f.c, r.C)
		b = appendField(b, f.d, r.D)
	}
	return append(b, "}\n"...)
}

func (e *Encoder) quote(id uint32) string {
	q, ok := e.quoted[id]
	if !ok {
		q = string(appendQuoted(nil, e.strings.String(id)))
		e.quoted[id] = q
	}
	return q
}

func appendKey(b []byte, key string) []byte {
	b = append(b, ',', '"')
	b = append(b, key...)
	return append(b, '"', ':')
}

// appendField writes a number; a field without a name is not used.
func appendField(b []byte, key string, n int64) []byte {
	if key == "" {
		return b
	}
	return strconv.AppendInt(appendKey(b, key), n, 10)
}

// appendQuoted writes a text as a JSON string. What a terminal might obey is
// written as \u, so that a recording can be shown with cat.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case r < 0x10000 && !unicode.IsPrint(r):
			b = appendEscape(b, r)
		case !unicode.IsPrint(r): // above 0xffff JSON wants two halves
			r -= 0x10000
			b = appendEscape(b, 0xd800+r>>10)
			b = appendEscape(b, 0xdc00+r&0x3ff)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// appendBytes writes bytes as a JSON string: each byte is the character with
// its number, so that bytes that are no text survive.
func appendBytes(b, data []byte) []byte {
	b = append(b, '"')
	for _, c := range data {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c < ' ' || c > '~':
			b = appendEscape(b, rune(c))
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

func appendEscape(b []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
